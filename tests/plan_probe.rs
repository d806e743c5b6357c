mod support;
use biaobu::analysis::plan::{self, Question, cells};
use biaobu::engine::Application;
use biaobu::facts::Applicant;
#[test]
fn probe() {
    let rules = support::shipped();
    let unit = Applicant::default();
    for policy in &rules.policies {
        let application = Application { year: 2022, ..Application::default() };
        let own = [policy];
        let started = std::time::Instant::now();
        let plan = plan::plan(&Question {
            vocabulary: &rules.vocabulary,
            policies: &own,
            applicant: &unit,
            application: &application,
            at_hand: &rules.policies,
        });
        let p = &plan.policies[0];
        println!("== {} {} lines {:?} ms {}", policy.id, p.lines.len(), p.result.on, started.elapsed().as_millis());
        for line in &p.lines {
            if line.obstacle.is_some() || !line.effects.is_empty() {
                println!(
                    "  {} {:?} {} {} {:?} {:?} {:?} {:?}",
                    policy.clauses[line.specimen.clause].id,
                    line.obstacle,
                    line.alone,
                    line.marginal,
                    line.effects,
                    line.item.status,
                    line.item.missing,
                    cells(&rules.vocabulary, &line.specimen.facts)
                );
            }
        }
    }
}
