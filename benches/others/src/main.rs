//! One decision over 100 roles of 100 rules each: ours, casbin with its cache, and Cedar, in turns of one run.

use std::hint::black_box;
use std::time::Instant;

use casbin::{CachedEnforcer, CoreApi as _, DefaultModel, MemoryAdapter, MgmtApi as _, RbacApi as _};
use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request};
use token_authz::Permissions;
use token_core::{Permission, Role, RoleId};

const ROLES: usize = 100;
const RULES: usize = 100;
const TURNS: usize = 21;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let (permissions, asked) = ours()?;
    let enforcer = casbin().await?;
    let (authorizer, policies, entities, request) = cedar()?;
    let mut ours = || assert!(permissions.decide(black_box(&asked)).is_allowed());
    let mut casbin = || assert!(enforcer.enforce(black_box(("ada", "r50.k50", "read"))).is_ok_and(|allowed| allowed));
    let mut cedar = || {
        let answer = authorizer.is_authorized(black_box(&request), &policies, &entities);
        assert_eq!(answer.decision(), Decision::Allow);
    };
    let (mut one, mut two, mut three) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        one.push(nanos(200_000, &mut ours));
        two.push(nanos(20_000, &mut casbin));
        three.push(nanos(20, &mut cedar));
    }
    let base = median(one);
    println!("one decision over {ROLES} roles of {RULES} rules, median of {TURNS} turns");
    for (name, nanos) in [("ours", base), ("casbin, cached", median(two)), ("Cedar", median(three))] {
        println!("  {name:<16} {nanos:>10.1} ns  {:>10.1} times ours", nanos / base);
    }
    Ok(())
}

fn nanos(times: u32, work: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    (0..times).for_each(|_| work());
    start.elapsed().as_secs_f64() * 1e9 / f64::from(times)
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_unstable_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(f64::NAN)
}

fn ours() -> Outcome<(Permissions, Permission)> {
    let mut roles = Vec::new();
    for role in 0..ROLES {
        let rule = |rule| format!("allow r{role}.k{rule}:read").parse();
        roles.push(Role {
            id: format!("0192f3c1-7a52-7c11-8d4e-0242ac12{role:04x}").parse::<RoleId>()?,
            name: format!("role {role}").parse()?,
            description: "".parse()?,
            rules: (0..RULES).map(rule).collect::<Result<_, _>>()?,
            version: 1,
        });
    }
    Ok((Permissions::compile(&roles), "r50.k50:read".parse()?))
}

async fn casbin() -> Outcome<CachedEnforcer> {
    let model = DefaultModel::from_str(
        "[request_definition]\nr = sub, obj, act\n[policy_definition]\np = sub, obj, act\n[role_definition]\ng = _, _\n\
         [policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act\n",
    )
    .await?;
    let mut enforcer = CachedEnforcer::new(model, MemoryAdapter::default()).await?;
    for role in 0..ROLES {
        let rule = |rule| vec![format!("role{role}"), format!("r{role}.k{rule}"), "read".to_owned()];
        enforcer.add_policies((0..RULES).map(rule).collect()).await?;
        enforcer.add_role_for_user("ada", &format!("role{role}"), None).await?;
    }
    Ok(enforcer)
}

fn cedar() -> Outcome<(Authorizer, PolicySet, Entities, Request)> {
    let mut policies = String::new();
    for role in 0..ROLES {
        for rule in 0..RULES {
            policies += &format!(
                "permit(principal in Role::\"{role}\", action == Action::\"read\", resource == Kind::\"r{role}.k{rule}\");\n"
            );
        }
    }
    let parents: Vec<String> = (0..ROLES).map(|role| format!(r#"{{"type":"Role","id":"{role}"}}"#)).collect();
    let entities = format!(r#"[{{"uid":{{"type":"User","id":"ada"}},"attrs":{{}},"parents":[{}]}}]"#, parents.join(","));
    let uid = |text: &str| text.parse::<EntityUid>();
    let request =
        Request::new(uid(r#"User::"ada""#)?, uid(r#"Action::"read""#)?, uid(r#"Kind::"r50.k50""#)?, Context::empty(), None)?;
    Ok((Authorizer::new(), policies.parse()?, Entities::from_json_str(&entities, None)?, request))
}
