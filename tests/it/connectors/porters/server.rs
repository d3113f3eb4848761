//! The server itself: it refuses what the API refuses.

use std::time::Duration;

use kit::porters::{APP_ID, APP_SECRET, HrbcServer, PARTITION};

use super::super::world::net;

/// A caller who does by hand what the connector does.
struct Caller {
    server: HrbcServer,
    token: String,
}

/// The text of an element.
fn text<'a>(xml: &'a str, name: &str) -> &'a str {
    let inner = xml.split_once(&format!("<{name}>")).map_or("", |(_, rest)| rest);
    inner.split_once('<').map_or("", |(text, _)| text)
}

impl Caller {
    async fn start() -> Self {
        let mut caller = Self { server: HrbcServer::start().await, token: String::new() };
        let code = caller.code().await;
        caller.token = text(&caller.exchange("oauth_code", &code).await, "AccessToken").to_owned();
        caller.server.put("candidate", 7, &[("P_Name", "A"), ("P_Mail", "a@x.jp")]);
        caller
    }

    fn url(&self, path: &str) -> String {
        format!("{}/v1/{path}", self.server.url())
    }

    async fn code(&self) -> String {
        let url = self.url(&format!("oauth?app_id={APP_ID}&response_type=code_direct"));
        text(&net().http().get(url).send().await.unwrap().text().await.unwrap(), "Code").to_owned()
    }

    async fn exchange(&self, grant_type: &str, code: &str) -> String {
        let secret = APP_SECRET.replace('/', "%2F").replace('+', "%2B");
        let form = format!("app_id={APP_ID}&secret={secret}&grant_type={grant_type}&code={code}");
        net().http().post(self.url("token")).body(form).send().await.unwrap().text().await.unwrap()
    }

    async fn read(&self, path_and_query: &str) -> String {
        let request = net().http().get(self.url(path_and_query));
        let request = request.header("X-porters-hrbc-oauth-token", &self.token).header("X-P-ConnectAPI-Version", "2");
        request.send().await.unwrap().text().await.unwrap()
    }

    /// The code of a read of candidates.
    async fn check_read(&self, query: &str, code: &str) {
        let answer = self.read(&format!("candidate?partition={PARTITION}&{query}")).await;
        assert_eq!(text(&answer, "Code"), code, "{query}: {answer}");
    }

    async fn write(&self, path: &str, content_type: &str, body: String) -> String {
        let request = net().http().post(self.url(&format!("{path}?partition={PARTITION}"))).body(body);
        let request = request.header("X-porters-hrbc-oauth-token", &self.token).header("X-P-ConnectAPI-Version", "2");
        request.header("Content-Type", content_type).send().await.unwrap().text().await.unwrap()
    }

    /// The code of a write of an activity with these elements, beside those it must have.
    async fn check_write(&self, elements: &str, code: &str) {
        let body = format!("<Activity><Item>{elements}</Item></Activity>");
        let answer = self.write("activity", "application/xml; charset=UTF-8", body).await;
        assert_eq!(text(&answer, "Code"), code, "{elements:.200}: {answer}");
    }
}

const GOOD: &str = "<Activity.P_Id>-1</Activity.P_Id><Activity.P_Owner>5</Activity.P_Owner>\
    <Activity.P_Title>t</Activity.P_Title><Activity.P_Resource>1</Activity.P_Resource>\
    <Activity.P_ResourceId>7</Activity.P_ResourceId>";

#[tokio::test]
async fn a_code_can_be_used_once_and_for_thirty_seconds() {
    let caller = Caller::start().await;
    let error = async |code: &str| text(&caller.exchange("oauth_code", code).await, "Error").to_owned();
    let code = caller.code().await;
    assert_eq!((error(&code).await.as_str(), error(&code).await.as_str()), ("0", "103"));
    let late = caller.code().await;
    caller.server.advance(Duration::from_secs(31));
    assert_eq!(error(&late).await, "103");
}

#[tokio::test]
async fn a_token_lives_for_thirty_minutes_and_is_renewed_for_two_hours() {
    let caller = Caller::start().await;
    let code = caller.code().await;
    let tokens = caller.exchange("oauth_code", &code).await;
    let refresh = text(&tokens, "RefreshToken");
    caller.check_read("count=1", "0").await;
    caller.server.advance(Duration::from_secs(31 * 60));
    caller.check_read("count=1", "401").await;
    assert_eq!(text(&caller.exchange("refresh_token", refresh).await, "Error"), "0");
    caller.server.advance(Duration::from_secs(90 * 60));
    assert_eq!(text(&caller.exchange("refresh_token", refresh).await, "Error"), "401");
}

#[tokio::test]
async fn a_read_asks_for_what_there_is_and_no_more() {
    let caller = Caller::start().await;
    caller.check_read("condition=Person.P_Mail:full=a%40x.jp", "0").await;
    for (query, code) in [
        ("count=201", "103"),
        ("limit=1", "100"),
        ("field=Candidate.P_Id", "103"),
        ("field=Person.P_Secret", "103"),
        ("condition=Person.P_Mail:eq=a", "103"),
        ("condition=Person.P_Id:full=7", "103"),
        ("condition=Person.P_UpdateDate:ge=2026-11-20", "103"),
        ("condition=Person.P_Deleted:eq=0", "103"),
        ("order=Person.P_Deleted:asc", "103"),
        ("itemstate=gone", "133"),
        ("itemstate=all&condition=Person.P_Mail:full=a", "103"),
        ("itemstate=all&condition=Person.P_UpdateDate:ge=2026/01/01%2000:00:00", "124"),
    ] {
        caller.check_read(query, code).await;
    }
}

#[tokio::test]
async fn conditions_hold_together_and_text_is_found_in_part_unless_told() {
    let caller = Caller::start().await;
    let count = async |condition: &str| {
        let answer = caller.read(&format!("candidate?partition={PARTITION}&condition={condition}")).await;
        answer.matches("<Item>").count()
    };
    assert_eq!(count("Person.P_Mail=x.jp").await, 1);
    assert_eq!(count("Person.P_Mail:full=x.jp").await, 0);
    assert_eq!(count("Person.P_Mail:full=a%40x.jp,Person.P_Id:ge=7").await, 1);
    assert_eq!(count("Person.P_Mail:full=a%40x.jp,Person.P_Id:gt=7").await, 0);
}

#[tokio::test]
async fn headers_rights_and_partition_are_looked_at_first() {
    let mut caller = Caller::start().await;
    assert_eq!(text(&caller.read("candidate?partition=9").await, "Code"), "404");
    let bare = net().http().get(caller.url(&format!("candidate?partition={PARTITION}"))).send().await.unwrap();
    assert_eq!(text(&bare.text().await.unwrap(), "Code"), "146");
    assert_eq!(net().http().delete(caller.url("activity")).send().await.unwrap().status(), 405);
    caller.server.change(|inside| inside.withheld.extend(["candidate_r".to_owned()]));
    caller.check_read("count=1", "403").await;
    caller.server.change(|inside| inside.elsewhere = true);
    caller.check_read("count=1", "406").await;
    caller.server.change(|inside| inside.elsewhere = false);
    caller.token = "another".into();
    caller.check_read("count=1", "402").await;
}

#[tokio::test]
async fn a_write_is_taken_item_by_item() {
    let caller = Caller::start().await;
    let two = format!("<Activity><Item>{GOOD}</Item><Item><Activity.P_Id>-1</Activity.P_Id></Item></Activity>");
    let answer = caller.write("activity", "application/xml; charset=UTF-8", two).await;
    assert!(answer.contains("<Code>0</Code></Item><Item><Id>0</Id><Code>101</Code></Item>"), "{answer}");
    let with = |more: &str| format!("{GOOD}{more}");
    caller.check_write(&GOOD.replace(">5<", ">6<"), "5").await;
    caller.check_write(&GOOD.replace(">7<", ">8<"), "7").await;
    caller.check_write(&GOOD.replace(">t<", ">a\nb<"), "103").await;
    caller.check_write(&GOOD.replace(">-1<", ">77<"), "7").await;
    caller.check_write(&with("<Activity.P_Memo>&#27;</Activity.P_Memo>"), "8").await;
    caller.check_write(&with("<Activity.P_FromDate>2026-11-20</Activity.P_FromDate>"), "103").await;
    caller.check_write(&with("<Activity.P_UpdateDate>2026/11/20 00:00:00</Activity.P_UpdateDate>"), "103").await;
    caller.check_write(&with("<Activity.P_MessageId>1</Activity.P_MessageId>"), "100").await;
    let latin = caller.write("activity", "application/xml", format!("<Activity><Item>{GOOD}</Item></Activity>")).await;
    assert_eq!(text(&latin, "Code"), "103");
    assert_eq!(caller.server.activities().len(), 1);
}

#[tokio::test]
async fn a_request_of_more_than_15_000_characters_is_refused_unless_it_is_a_file() {
    let caller = Caller::start().await;
    let memo = |n| format!("{GOOD}<Activity.P_Memo>{}</Activity.P_Memo>", "田".repeat(n));
    caller.check_write(&memo(14_000), "0").await;
    let body = format!("<Activity><Item>{}</Item></Activity>", memo(15_000));
    assert_eq!(caller.write("activity", "application/xml; charset=UTF-8", body).await, "request too long");
    let file = |content_type: &str| {
        format!(
            "<Attachment><Item><Id>-1</Id><Resource>1</Resource><ResourceId>7</ResourceId><ContentType>{content_type}\
             </ContentType><FileName>a</FileName><Content>{}</Content></Item></Attachment>",
            "AAAA".repeat(20_000)
        )
    };
    for (content_type, code) in [("text/plain", "0"), ("application/zip", "103")] {
        let answer = caller.write("attachment", "application/xml; charset=UTF-8", file(content_type)).await;
        assert_eq!(text(&answer, "Code"), code, "{answer}");
    }
}

#[tokio::test]
async fn whoever_goes_too_fast_is_cut_off_without_a_word() {
    let caller = Caller::start().await;
    let http = net().http();
    let url = caller.url(&format!("candidate?partition={PARTITION}"));
    for _ in 0..2000 {
        assert!(http.get(&url).send().await.is_ok());
    }
    assert!(http.get(&url).send().await.is_err());
    assert_eq!(caller.server.billed(), 2003);
    caller.server.advance(Duration::from_secs(61));
    assert!(http.get(&url).send().await.is_ok());
}
