"""Measures of a page's layout."""

# How far a page scrolls sideways, and what sticks out of its window.
OVERFLOW = """() => {
    const wide = [...document.querySelectorAll("body *")].filter((one) => {
        const box = one.getBoundingClientRect();
        const scrolls = one.closest(".scroll, .vh, .skip, svg, [hidden]");
        return box.width && box.right > document.documentElement.clientWidth + 1 && !scrolls;
    });
    return { page: document.documentElement.scrollWidth - document.documentElement.clientWidth,
             wide: wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 120)) };
}"""
FITS = {"page": 0, "wide": []}
# Controls are 44 px high; links in running text are not.
SMALL_TARGETS = """() => [...document.querySelectorAll("button, input, select, summary, nav a, .tile a, .results a")]
    .map((one) => {
        const area = one.matches(".tile a, .results a") ? one.closest(".tile, li") : one;
        return [Math.round(area.getBoundingClientRect().height), one.outerHTML.slice(0, 100)];
    })
    .filter(([height]) => height > 0 && height < 44)"""
