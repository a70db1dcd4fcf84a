function load(p,h="default.shop.test"){return fetch("https://"+h+p)}load("/v1/list");
