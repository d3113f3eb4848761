use super::*;
use crate::engine::PolicyState;
use crate::fixture::World;
use otomo_domain::audit::Verdict;
use otomo_domain::policy::Policy;

fn check(cells: &[&str], expected: &str) {
    let row = cells.iter().map(|cell| (*cell).to_owned()).collect();
    assert_eq!(table([row]).expect("a table"), format!("{expected}\r\n"));
}

#[test]
fn a_cell_is_quoted_where_it_has_to_be() {
    check(&["a", "", "b c"], "a,,b c");
    check(&["a,b", "say \"hi\"", "two\nlines"], "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"");
}

#[test]
fn no_cell_is_a_formula_to_a_spreadsheet() {
    check(&["=1+1", "+81", "-1", "@x"], "'=1+1,'+81,'-1,'@x");
    check(&["＝cmd", "\t=1", "a=1"], "'＝cmd,'\t=1,a=1");
}

#[test]
fn a_line_of_json_is_one_line_and_what_cannot_be_one_is_said() {
    assert_eq!(line(&"two\nlines").expect("a line"), "\"two\\nlines\"\n");
    let keys_are_no_text = std::collections::BTreeMap::from([((1, 2), 3)]);
    assert!(matches!(line(&keys_are_no_text), Err(Fault::NotSaved(_))));
}

#[tokio::test]
async fn the_exported_trace_can_be_verified_by_anybody() {
    let world = World::new().await;
    world.shares(&["a", "b"]).await;
    let path = world.engine.export_audit().await.expect("a file");
    let text = std::fs::read_to_string(&path).expect("its text");
    let mut verdict = Verdict::default();
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        assert_eq!(row["seq"], verdict.rows + 1);
        let (_, rest) = line.split_once("\"entry\":").expect("an entry");
        let (entry, seal) = rest.rsplit_once(",\"seal\":").expect("a seal");
        verdict.check(entry, seal.trim_matches(|c| matches!(c, '"' | '}')).parse().expect("a digest"));
    }
    assert_eq!(Ok::<_, ()>(verdict), Ok(world.engine.verify_audit().await.expect("a trace")));
    assert!(verdict.rows > 4 && verdict.broken_at.is_none());
}

#[tokio::test]
async fn a_second_file_of_one_day_gets_a_name_of_its_own() {
    let world = World::new().await;
    let first = world.engine.export_audit().await.expect("a file");
    let second = world.engine.export_audit().await.expect("a file");
    assert!(first != second && first.exists() && second.exists());
}

#[tokio::test]
async fn a_policy_can_forbid_files() {
    let policy = Policy { export_allowed: Some(false), ..Policy::default() };
    let world = World::new().await.restarted(PolicyState::Valid(policy)).await;
    assert!(matches!(world.engine.export_audit().await, Err(Fault::Policy("export_allowed"))));
    assert!(!world.home.path().join("downloads").exists());
}

#[tokio::test]
async fn a_file_that_is_not_finished_goes_away() {
    let world = World::new().await;
    let file = world.engine.begin_export("x", "csv").await.expect("a file");
    let file = file.write("half".into()).await.expect("written");
    drop(file);
    let left = std::fs::read_dir(world.home.path().join("downloads")).expect("a folder").count();
    assert_eq!(left, 0);
}
