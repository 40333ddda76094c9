//! What the customer's page brings with it: a code that another decoder reads from the screen, and nothing heavy.

use std::io::Cursor;

use thirtyfour::By;

use crate::{desk::Desk, screen::Screen};

#[tokio::test(flavor = "multi_thread")]
async fn the_code_is_read_from_the_screen_as_a_transfer() {
    let desk = Desk::open(&[("B", "EUR")]).await;
    let screen = Screen::new().await;
    for (width, scheme) in [(360, "dark"), (1280, "light")] {
        screen.is_wide(width).await;
        screen.is(scheme).await;
        screen.go(&desk.page("B")).await;
        let code = screen.one(By::Css("figure svg"), "the code").await;
        code.scroll_into_view().await.unwrap();
        let read = read(&code.screenshot_as_png().await.unwrap());
        // EPC069-12: service, version, UTF-8, transfer, BIC, name, IBAN, amount, purpose, structured and free reference.
        let lines =
            ["BCD", "002", "1", "SCT", "BUKBGB22", "Example Ltd", "GB33BUKB20201555555555", "EUR196.00", "", "", "B"];
        assert_eq!(read.lines().collect::<Vec<_>>(), lines, "{width} px, {scheme}");
    }
}

/// The one code in a picture.
fn read(png: &[u8]) -> String {
    let mut reader = png::Decoder::new(Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let (width, height, channels) = (info.width as usize, info.height as usize, info.color_type.samples());
    let mut picture =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[(y * width + x) * channels]);
    let codes = picture.detect_grids();
    assert_eq!(codes.len(), 1);
    codes[0].decode().unwrap().1
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_light_and_brings_nothing_from_elsewhere() {
    let desk = Desk::open(&[("A", "GBP"), ("B", "EUR")]).await;
    let screen = Screen::new().await;
    for account in ["A", "B"] {
        screen.go(&desk.page(account)).await;
        let all = "return ['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind)) \
                   .map(one => [one.name, one.decodedBodySize])";
        let brought: Vec<(String, u64)> = screen.execute(all, Vec::new()).await.unwrap().convert().unwrap();
        assert!(brought.len() >= 2, "the page and its sheet: {brought:?}");
        let home = desk.page(account).split("/r/").next().unwrap().to_owned();
        assert!(brought.iter().all(|(name, _)| name.starts_with(&home)), "{brought:?}");
        let weight: u64 = brought.iter().map(|(_, bytes)| bytes).sum();
        assert!((5_000..100_000).contains(&weight), "{brought:?}");
        assert_eq!(screen.get_all_cookies().await.unwrap().len(), 0);
    }
}
