//! Step 1: the application date D, and whether the policy is in force on it (contract section 3.1).

use jiff::civil::Date;

use super::Application;
use crate::policy::Policy;

/// What step 1 finds.
pub(super) struct Validity {
    /// D as reported; none where the policy has no day in force in Y and none was given.
    pub on: Option<Date>,
    /// True if the policy is in force on D.
    pub in_force: bool,
    /// The day to compute on; none if nothing is to be computed.
    pub compute_on: Option<Date>,
}

pub(super) fn resolve(policy: &Policy, application: &Application) -> Validity {
    let on = application.on.or_else(|| policy.application_date(application.year));
    let in_force = on.is_some_and(|day| policy.in_force_on(day));
    if in_force {
        return Validity { on, in_force, compute_on: on };
    }
    if !application.ignore_validity {
        return Validity { on, in_force, compute_on: None };
    }
    let day = on.or_else(|| Date::new(application.year, 12, 31).ok());
    Validity { on: day, in_force, compute_on: day }
}
