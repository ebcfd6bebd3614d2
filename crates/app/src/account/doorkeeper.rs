//! The registry's gate: looks at tokens, asks nobody.

use std::sync::Arc;
use std::time::Duration;

use assay_core::registry::{Denied, Gate, RepositoryAction, RepositoryName};
use assay_core::{Actor, Fault, Refused};

use super::recent::Recent;
use super::revisions::Standing;
use super::token::Pass;
use super::watch::Watch;
use super::{Reception, rights};

/// Lets registry requests in by their tokens alone. A token that was called back is refused at once when that happened
/// in this process, and within seconds when another process did it.
#[derive(Debug)]
pub struct Doorkeeper {
    reception: Arc<Reception>,
    recent: Recent,
    _watch: Watch,
}

impl Doorkeeper {
    /// Puts a doorkeeper before the registry.
    ///
    /// # Errors
    /// Faults of the store and of the machine.
    pub fn new(reception: Arc<Reception>) -> Result<Self, Refused> {
        reception.look_again()?;
        let watch = Watch::start(reception.clone())
            .map_err(|cause| Fault::new("thread", "watching for tokens called back", cause))?;
        Ok(Self { reception, recent: Recent::default(), _watch: watch })
    }

    /// What a good token says.
    fn pass(&self, token: Option<&str>) -> Result<Arc<Pass>, Denied> {
        let token = token.ok_or(Denied::Unknown)?;
        let now = self.reception.service.now();
        let pass = match self.recent.get(token, now) {
            Some(pass) => pass,
            None => {
                let pass = Arc::new(self.reception.signer.verify(token, now).ok_or(Denied::Unknown)?);
                self.recent.keep(token, &pass, now);
                pass
            }
        };
        let elapsed = self.reception.service.clock.elapsed();
        match self.reception.revisions.standing(pass.user, pass.version, elapsed) {
            Standing::Good => Ok(pass),
            Standing::CalledBack => Err(Denied::Unknown),
            Standing::Unsure => Err(Denied::Throttled(Duration::from_secs(2))),
        }
    }
}

impl Gate for Doorkeeper {
    fn authenticate(&self, token: Option<&str>) -> Result<Actor, Denied> {
        Ok(self.pass(token)?.actor.clone())
    }

    fn admit(
        &self,
        token: Option<&str>,
        repository: &RepositoryName,
        action: RepositoryAction,
    ) -> Result<Actor, Denied> {
        let pass = self.pass(token)?;
        if pass.access.allows(repository, action) {
            return Ok(pass.actor.clone());
        }
        let org = repository.org().filter(|org| pass.actor.sees(*org)).ok_or(Denied::Hidden)?;
        if rights::may(&pass.actor, org, action) {
            return Err(Denied::Narrow);
        }
        let (name, action) = (&pass.actor.name, action.name());
        Err(Denied::Forbidden(format!("{name} may not {action} here: roles or key do not reach that far")))
    }

    fn catalog(&self, token: Option<&str>) -> Result<Actor, Denied> {
        let pass = self.pass(token)?;
        match (pass.access.catalog, rights::is_operator(&pass.actor)) {
            (true, _) => Ok(pass.actor.clone()),
            (false, true) => Err(Denied::Narrow),
            (false, false) => {
                Err(Denied::Forbidden("only the operators' admins list all repositories".into()))
            }
        }
    }

    fn lists(&self, actor: &Actor, repository: &RepositoryName) -> bool {
        repository.org().is_some_and(|org| rights::may(actor, org, RepositoryAction::Pull))
    }
}
