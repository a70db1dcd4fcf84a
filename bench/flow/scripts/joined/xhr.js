function r(m,p){var x=new XMLHttpRequest;x.open(m,"https://xhr.shop.test/v1"+p);x.send()}r("GET","/a/list");
