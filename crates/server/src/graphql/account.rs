//! Logging in and out, who one is, organizations.

use assay_app::Refused;
use assay_app::account::Reception;
use assay_core::{OrgId, Organization, Scope, User};
use async_graphql::{ComplexObject, Context, ID, InputObject, Object, Result, SimpleObject};
use secrecy::{ExposeSecret, SecretString};

use super::CHANGE;
use super::error::not_found;
use super::part::{Part, USUAL, asked, cost};
use super::scalar::DateTime;
use super::visit::visit;

/// Those who share engines, users and a quota.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(name = "Organization")]
pub(crate) struct OrganizationNode {
    /// An integer, as text; the first part of its repositories' names.
    id: ID,
    /// Display name.
    name: String,
    /// When it was made.
    created_date_time: DateTime,
    /// Whether its users are kept out.
    disabled: bool,
    /// How it works.
    settings: OrganizationSettings,
}

/// How an organization works.
#[derive(SimpleObject, Clone, Debug)]
pub(crate) struct OrganizationSettings {
    /// A build is submitted as soon as it is available.
    auto_submit: bool,
    /// A build whose certification is passed is approved without a person.
    auto_approve: bool,
    /// Whoever submitted a build may not approve it.
    four_eyes: bool,
    /// Name of the policy its builds are judged by.
    policy: String,
}

impl From<Organization> for OrganizationNode {
    fn from(organization: Organization) -> Self {
        let settings = organization.settings;
        Self {
            id: organization.id.to_string().into(),
            name: organization.name,
            created_date_time: DateTime(organization.created_at),
            disabled: organization.disabled,
            settings: OrganizationSettings {
                auto_submit: settings.auto_submit,
                auto_approve: settings.auto_approve,
                four_eyes: settings.four_eyes,
                policy: settings.policy,
            },
        }
    }
}

/// A person, or a machine that has an account.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(name = "User", complex)]
pub(crate) struct UserNode {
    id: ID,
    /// The name to log in with.
    name: String,
    /// The same, as an address.
    email: String,
    /// Display name.
    display_name: String,
    organization_id: ID,
    /// What the user is trusted with.
    roles: Vec<RoleNode>,
    created_date_time: DateTime,
    last_login_date_time: Option<DateTime>,
    #[graphql(skip)]
    org: OrgId,
    /// When it is at hand already.
    #[graphql(skip)]
    home: Option<OrganizationNode>,
}

/// A role.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(name = "Role")]
pub(crate) struct RoleNode {
    /// developer, approver or admin.
    name: String,
}

impl From<User> for UserNode {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string().into(),
            name: user.email.clone(),
            email: user.email,
            display_name: user.name,
            organization_id: user.org.to_string().into(),
            roles: user.roles.iter().map(|role| RoleNode { name: role.name().into() }).collect(),
            created_date_time: DateTime(user.created_at),
            last_login_date_time: user.last_login_at.map(DateTime),
            org: user.org,
            home: None,
        }
    }
}

#[ComplexObject]
impl UserNode {
    async fn organization(&self, context: &Context<'_>) -> Result<Option<OrganizationNode>> {
        match &self.home {
            Some(home) => Ok(Some(home.clone())),
            None => organization(context, self.org).await.map(Some),
        }
    }
}

/// The organization, for those who may see it.
pub(super) async fn organization(context: &Context<'_>, id: OrgId) -> Result<OrganizationNode> {
    let asked = visit(context)?.ask_reception(move |reception, actor| reception.organization(actor, id));
    Ok(asked.await?.into())
}

/// An organization's id as it stands in a query.
pub(super) fn org(id: &ID) -> Result<OrgId> {
    id.parse().map(OrgId).map_err(|_| not_found("Organization", id))
}

#[derive(Default)]
pub(super) struct AccountQuery;

#[Object]
impl AccountQuery {
    /// Whoever asks.
    async fn me(&self, context: &Context<'_>) -> Result<Option<UserNode>> {
        let visit = visit(context)?;
        let Some(id) = visit.actor()?.user else { return Ok(None) };
        let user = visit.ask_reception(move |reception, actor| reception.user(actor, id)).await?;
        Ok(Some(user.into()))
    }

    /// An organization that the caller may see.
    async fn organization(&self, context: &Context<'_>, id: ID) -> Result<Option<OrganizationNode>> {
        organization(context, org(&id)?).await.map(Some)
    }

    /// The organizations that the caller may see, by id.
    #[graphql(complexity = "cost(limit, child_complexity)")]
    async fn organizations(
        &self,
        context: &Context<'_>,
        #[graphql(default_with = "Some(0)")] offset: Option<i32>,
        #[graphql(default_with = "Some(USUAL)")] limit: Option<i32>,
    ) -> Result<Option<Part<OrganizationNode>>> {
        let page = asked(offset, limit)?;
        let listed =
            visit(context)?.ask_reception(move |reception, actor| reception.organizations(actor, page));
        Ok(Some(Part::of(page, listed.await?.into_iter().map(OrganizationNode::from))))
    }
}

/// Name and password.
#[derive(InputObject)]
struct UserLogin {
    /// E-mail address; `key` where the password is an API key.
    user_name: String,
    /// Password, or an API key.
    password: String,
}

/// A session.
#[derive(SimpleObject)]
struct LoginInfo {
    /// To be shown as `Authorization: Bearer`.
    token: String,
    /// From when on it is not honoured, unless it is used before.
    expires_date_time: Option<DateTime>,
    user: Option<UserNode>,
}

/// A user with the organization, for one who has only just become known.
fn at_home(reception: &Reception, user: User) -> Result<UserNode, Refused> {
    let home = reception.organization(&user.actor(Scope::ALL.into()), user.org)?;
    Ok(UserNode { home: Some(home.into()), ..user.into() })
}

#[derive(Default)]
pub(super) struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Begins a session.
    #[graphql(complexity = "CHANGE + child_complexity")]
    async fn user_login(&self, context: &Context<'_>, input: UserLogin) -> Result<Option<LoginInfo>> {
        let visit = visit(context)?;
        let (reception, from) = (visit.site.reception.clone(), visit.from);
        let password = SecretString::from(input.password);
        let begun = visit.wait(move || {
            let open = reception.login(&input.user_name, &password, Some(from))?;
            Ok(LoginInfo {
                token: open.token.expose_secret().into(),
                expires_date_time: Some(DateTime(open.expires_at)),
                user: Some(at_home(&reception, open.user)?),
            })
        });
        begun.await.map(Some)
    }

    /// Ends the session of a token; `false` when there is none.
    #[graphql(complexity = "CHANGE + child_complexity")]
    async fn user_logout(&self, context: &Context<'_>, token: String) -> Result<Option<bool>> {
        let visit = visit(context)?;
        let reception = visit.site.reception.clone();
        let token = SecretString::from(token);
        visit.wait(move || reception.logout(&token)).await.map(Some)
    }

    /// Whose token it is.
    #[graphql(complexity = "CHANGE + child_complexity")]
    async fn validate_token(&self, context: &Context<'_>, token: String) -> Result<Option<LoginInfo>> {
        let visit = visit(context)?;
        let reception = visit.site.reception.clone();
        let known = visit.wait(move || {
            let actor = reception.validate(&SecretString::from(token.clone()))?;
            let user = actor.user.map(|id| reception.user(&actor, id)).transpose()?;
            let user = user.map(|user| at_home(&reception, user)).transpose()?;
            Ok(LoginInfo { token, expires_date_time: None, user })
        });
        known.await.map(Some)
    }
}
