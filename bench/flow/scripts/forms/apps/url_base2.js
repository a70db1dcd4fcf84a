(()=>{var o={root:"https://ub2.shop.test/v1/"};function n(t){return new URL(t,o.root).toString()}fetch(n("q"));})();
