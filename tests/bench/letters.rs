//! Mail in a folder, as much as is asked for.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use httpdate::fmt_http_date;

/// Between two letters.
const APART: Duration = Duration::from_mins(10);

/// Short letters, as many in Japanese as in English, no two with the same subject, from the companies in turn.
pub fn write(folder: &Path, count: usize, companies: usize) {
    let newest = SystemTime::now();
    for number in 0..count {
        // A folder with a hundred thousand files is slow to make.
        let part = folder.join(format!("{:03}", number / 1000));
        if number % 1000 == 0 {
            fs::create_dir_all(&part).expect("a folder");
        }
        let sent = newest - APART * u32::try_from(number).expect("a number of letters");
        fs::write(part.join(format!("{number:06}.eml")), letter(number, number % companies, sent))
            .expect("room for a letter");
    }
}

fn letter(number: usize, company: usize, sent: SystemTime) -> String {
    let (subject, text) = if number.is_multiple_of(2) {
        (
            "お見積りの件",
            "お世話になっております。\r\n先日の打ち合わせのとおり、お見積りをお送りします。ご確認ください。\r\n",
        )
    } else {
        (
            "Your order",
            "Hello,\r\nthank you for the meeting. Please find our offer below, and tell us what you think.\r\n",
        )
    };
    format!(
        "From: Client {company} <client{company}@company{company}.example>\r\nTo: rep@mori-trading.example\r\n\
         Subject: {subject} {number}\r\nDate: {}\r\nMessage-ID: <{number}@company{company}.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}",
        fmt_http_date(sent),
        text.repeat(8),
    )
}
