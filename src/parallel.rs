//! Work on several threads whose results come back in order: the number of threads changes nothing but the time.

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, Scope};

/// So many jobs per thread are under way or wait to be taken.
const AHEAD: usize = 3;

/// Threads that do the jobs put to them; one thread means the calling one.
pub struct InOrder<'w, Job, Done> {
    calling: Option<Box<dyn FnMut(Job) -> Done + 'w>>,
    jobs: Option<mpsc::SyncSender<(usize, Job)>>,
    results: mpsc::Receiver<(usize, thread::Result<Done>)>,
    /// Results that wait for an earlier one.
    waiting: BTreeMap<usize, Done>,
    put: usize,
    taken: usize,
    ahead: usize,
}

impl<'w, Job: Send + 'w, Done: Send + 'w> InOrder<'w, Job, Done> {
    /// `start` makes what each thread keeps for itself. A panic in a thread is passed on.
    pub fn new<'scope, Kept: 'w>(
        scope: &'scope Scope<'scope, 'w>,
        threads: usize,
        start: impl Fn() -> Kept + Send + Sync + 'w,
        work: impl Fn(&mut Kept, Job) -> Done + Send + Sync + 'w,
    ) -> Self {
        let (jobs, for_threads) = mpsc::sync_channel::<(usize, Job)>(threads * AHEAD);
        let (done, results) = mpsc::channel();
        let mut pool = InOrder {
            calling: None,
            jobs: None,
            results,
            waiting: BTreeMap::new(),
            put: 0,
            taken: 0,
            ahead: threads * AHEAD,
        };
        if threads <= 1 {
            let mut kept = start();
            pool.calling = Some(Box::new(move |job| work(&mut kept, job)));
            return pool;
        }
        let shared = Arc::new((Mutex::new(for_threads), start, work));
        for _ in 0..threads {
            let (shared, done) = (Arc::clone(&shared), done.clone());
            scope.spawn(move || {
                let (jobs, start, work) = &*shared;
                let mut kept = start();
                // A lock is poisoned, and a channel closed, only where nobody waits for results any more.
                while let Ok(Ok((number, job))) = jobs.lock().map(|jobs| jobs.recv()) {
                    // Nobody looks at what the thread keeps after a panic.
                    let result = panic::catch_unwind(AssertUnwindSafe(|| work(&mut kept, job)));
                    let failed = result.is_err();
                    if done.send((number, result)).is_err() || failed {
                        return;
                    }
                }
            });
        }
        pool.jobs = Some(jobs);
        pool
    }

    /// Puts a job, and hands to `take` what is done by then, in the order of the jobs.
    ///
    /// # Errors
    /// The first one of `take`.
    pub fn put<Error>(&mut self, job: Job, mut take: impl FnMut(Done) -> Result<(), Error>) -> Result<(), Error> {
        if let Some(work) = &mut self.calling {
            return take(work(job));
        }
        if let Some(jobs) = &self.jobs
            && jobs.send((self.put, job)).is_ok()
        {
            self.put += 1;
        }
        while let Ok((number, done)) = self.results.try_recv() {
            self.waiting.insert(number, passed_on(done));
        }
        self.take_ready(&mut take)?;
        self.take_until(self.put.saturating_sub(self.ahead), &mut take)
    }

    /// Hands the rest to `take`.
    ///
    /// # Errors
    /// The first one of `take`.
    pub fn finish<Error>(mut self, mut take: impl FnMut(Done) -> Result<(), Error>) -> Result<(), Error> {
        self.jobs = None;
        self.take_until(self.put, &mut take)
    }

    fn take_ready<Error>(&mut self, take: &mut impl FnMut(Done) -> Result<(), Error>) -> Result<(), Error> {
        while let Some(done) = self.waiting.remove(&self.taken) {
            self.taken += 1;
            take(done)?;
        }
        Ok(())
    }

    /// Waits until `count` results are taken.
    fn take_until<Error>(
        &mut self,
        count: usize,
        take: &mut impl FnMut(Done) -> Result<(), Error>,
    ) -> Result<(), Error> {
        while self.taken < count {
            match self.results.recv() {
                Ok((number, done)) => _ = self.waiting.insert(number, passed_on(done)),
                // Every thread is gone, which a panic would have told before.
                Err(_) => return Ok(()),
            }
            self.take_ready(take)?;
        }
        Ok(())
    }
}

fn passed_on<Done>(result: thread::Result<Done>) -> Done {
    result.unwrap_or_else(|panicked| panic::resume_unwind(panicked))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_come_in_order() {
        for threads in [1, 2, 5] {
            let mut found = Vec::new();
            let mut take = |done| {
                found.push(done);
                if done == 150 { Err("stop") } else { Ok(()) }
            };
            let stopped = thread::scope(|scope| {
                let slow_first = |_: &mut (), job: u64| {
                    thread::sleep(Duration::from_millis(if job.is_multiple_of(7) { 3 } else { 0 }));
                    job * 2
                };
                let mut pool = InOrder::new(scope, threads, || (), slow_first);
                (0..100).try_for_each(|job| pool.put(job, &mut take))?;
                pool.finish(&mut take)
            });
            assert_eq!(stopped, Err("stop"));
            assert_eq!(found, (0..=75).map(|job| job * 2).collect::<Vec<_>>());
        }
    }

    /// Nobody waits for a result that will never come.
    #[test]
    fn a_panic_is_passed_on() {
        let panicked = panic::catch_unwind(|| {
            thread::scope(|scope| {
                let fail = |(): &mut (), job: usize| assert!(job != 7, "seven");
                let mut pool = InOrder::new(scope, 2, || (), fail);
                (0..50).try_for_each(|job| pool.put(job, |()| Ok::<(), ()>(())))?;
                pool.finish(|()| Ok::<(), ()>(()))
            })
        });
        assert!(panicked.is_err());
    }

    #[test]
    fn each_thread_keeps_its_own() {
        let mut sum = 0;
        let mut take = |count: usize| {
            sum += count;
            Ok::<(), ()>(())
        };
        thread::scope(|scope| {
            let count = |kept: &mut usize, _: usize| {
                *kept += 1;
                1
            };
            let mut pool = InOrder::new(scope, 3, || 0, count);
            (0..50).for_each(|job| pool.put(job, &mut take).unwrap());
            pool.finish(&mut take).unwrap();
        });
        assert_eq!(sum, 50);
    }
}
