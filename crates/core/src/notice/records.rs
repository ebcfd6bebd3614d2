//! What can be asked of the records about notices.

use jiff::Timestamp;

use super::{Delivery, DeliveryId, DeliveryState, EndpointId, WebhookEndpoint};
use crate::Refused;
use crate::account::OrgId;
use crate::build::LifecycleEvent;
use crate::records::Page;

/// Which deliveries.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct DeliveryFilter {
    /// To receivers of this organization.
    pub org: Option<OrgId>,
    /// To this endpoint.
    pub endpoint: Option<EndpointId>,
    /// In this state.
    pub state: Option<DeliveryState>,
}

/// Webhook endpoints and deliveries.
pub trait Notices {
    /// Keeps a new endpoint.
    fn insert_endpoint(&self, endpoint: &WebhookEndpoint) -> Result<(), Refused>;
    /// Writes the endpoint's row anew.
    fn update_endpoint(&self, endpoint: &WebhookEndpoint) -> Result<(), Refused>;
    /// Forgets an endpoint; its deliveries stay on record.
    fn delete_endpoint(&self, id: EndpointId) -> Result<(), Refused>;
    /// The endpoint.
    fn endpoint(&self, id: EndpointId) -> Result<Option<WebhookEndpoint>, Refused>;
    /// Endpoints of an organization or, without one, all; oldest first.
    fn endpoints(&self, org: Option<OrgId>) -> Result<Vec<WebhookEndpoint>, Refused>;
    /// Endpoints that are not disabled and hear events of `org`: its own, and the operators'. Those of a disabled
    /// organization hear nothing.
    fn listening_endpoints(&self, org: OrgId) -> Result<Vec<WebhookEndpoint>, Refused>;
    /// Keeps a new delivery; `false` when there is one of this id already, which then stays as it is.
    fn insert_delivery(&self, delivery: &Delivery) -> Result<bool, Refused>;
    /// Writes the delivery's row anew.
    fn update_delivery(&self, delivery: &Delivery) -> Result<(), Refused>;
    /// The delivery.
    fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>, Refused>;
    /// Deliveries, newest first.
    fn deliveries(&self, filter: &DeliveryFilter, page: Page) -> Result<Vec<Delivery>, Refused>;
    /// The event of this number.
    fn event(&self, sequence: i64) -> Result<Option<LifecycleEvent>, Refused>;
    /// Lets an endpoint rest: what is queued for it waits until then, and so does what will be queued meanwhile.
    fn rest_endpoint(&self, id: EndpointId, until: Timestamp) -> Result<(), Refused>;
    /// Forgets deliveries that ended before a time, a thousand at most; returns how many.
    fn forget_deliveries(&self, before: Timestamp) -> Result<u64, Refused>;
}
