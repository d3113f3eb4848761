//! The domain's records that point at Google or Microsoft: they prove nothing alone, and choose the first answer to the
//! question who hosts a mailbox behind a gateway.

use futures::future::join_all;
use futures::join;
use otomo_domain::detect::{Cloud, Hints, Hosting};
use otomo_domain::hosting::is_under;
use otomo_net::Net;
use url::Url;

use super::page;
use super::search::Heard;

/// Asks Microsoft and the DNS. An error where nobody answered.
pub async fn ask(net: &Net, domain: &str) -> Heard<Hints> {
    let signs = join_all([
        Box::pin(spf(net, domain)) as futures::future::BoxFuture<'_, Signs>,
        Box::pin(autodiscover(net, domain)),
        Box::pin(google_key(net, domain)),
        Box::pin(microsoft_key(net, domain)),
    ]);
    let (cloud, signs) = join!(tenant(net, domain), signs);
    if let Err(reason) = &cloud
        && signs.iter().all(Result::is_err)
    {
        return Err(reason.clone());
    }
    let hints =
        Hints { cloud: cloud.ok().flatten(), signs: signs.into_iter().filter_map(Result::ok).flatten().collect() };
    Ok((hints != Hints::default()).then_some(hints))
}

type Signs = Result<Vec<Hosting>, String>;

/// The cloud in which Microsoft knows the domain, by its public OpenID configuration; 400 says that it does not.
async fn tenant(net: &Net, domain: &str) -> Result<Option<Cloud>, String> {
    let place = format!("https://login.microsoftonline.com/{domain}/v2.0/.well-known/openid-configuration");
    let url = Url::parse(&place).map_err(|error| error.to_string())?;
    let page = page::get(net, url).await?.ok_or("Microsoft's host is unknown")?;
    match page.status {
        200 => Ok(Some(cloud(&page.body))),
        400 | 404 => Ok(None),
        status => Err(format!("Microsoft answers {status}")),
    }
}

/// Which cloud an OpenID configuration is of.
fn cloud(configuration: &str) -> Cloud {
    let read: serde_json::Value = serde_json::from_str(configuration).unwrap_or_default();
    match read.get("cloud_instance_name").and_then(|name| name.as_str()) {
        Some(name) if name.ends_with("microsoftonline.us") => Cloud::Government,
        Some(name) if name.ends_with("microsoftonline.cn") => Cloud::China,
        _ => Cloud::World,
    }
}

/// Who may send for the domain (RFC 7208 §5.2).
async fn spf(net: &Net, domain: &str) -> Signs {
    let texts = net.txt(domain).await.map_err(|fault| fault.detail)?;
    let policy = texts.iter().find(|text| text.to_lowercase().starts_with("v=spf1")).cloned().unwrap_or_default();
    let included: Vec<_> = policy.split_whitespace().filter_map(|term| term.strip_prefix("include:")).collect();
    let sign = |host: &str, hosting| included.iter().any(|name| name.eq_ignore_ascii_case(host)).then_some(hosting);
    let google = sign("_spf.google.com", Hosting::Google);
    Ok(google.into_iter().chain(sign("spf.protection.outlook.com", Hosting::Microsoft)).collect())
}

/// Where Outlook is sent for the settings of the domain.
async fn autodiscover(net: &Net, domain: &str) -> Signs {
    let target = net.cname(&format!("autodiscover.{domain}")).await.map_err(|fault| fault.detail)?;
    let microsoft = target.is_some_and(|host| is_under(&host, "outlook.com") || is_under(&host, "office365.us"));
    Ok(microsoft.then_some(Hosting::Microsoft).into_iter().collect())
}

/// The DKIM key (RFC 6376 §3.6.2.1) of the name that Google gives it.
async fn google_key(net: &Net, domain: &str) -> Signs {
    let texts = net.txt(&format!("google._domainkey.{domain}")).await.map_err(|fault| fault.detail)?;
    let key = texts.iter().any(|text| text.contains("p="));
    Ok(key.then_some(Hosting::Google).into_iter().collect())
}

/// The DKIM key that Microsoft keeps for the domain.
async fn microsoft_key(net: &Net, domain: &str) -> Signs {
    let target = net.cname(&format!("selector1._domainkey.{domain}")).await.map_err(|fault| fault.detail)?;
    let microsoft =
        target.is_some_and(|host| is_under(&host, "onmicrosoft.com") || is_under(&host, "dkim.mail.microsoft"));
    Ok(microsoft.then_some(Hosting::Microsoft).into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenants_cloud_is_read_from_its_configuration() {
        let of = |name: &str| cloud(&format!(r#"{{"cloud_instance_name": "{name}"}}"#));
        assert_eq!(of("microsoftonline.com"), Cloud::World);
        assert_eq!(of("microsoftonline.us"), Cloud::Government);
        assert_eq!(of("partner.microsoftonline.cn"), Cloud::China);
        assert_eq!(cloud("no JSON"), Cloud::World);
    }
}
