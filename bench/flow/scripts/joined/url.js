const b=new URL("https://url.shop.test/api/"),u=new URL("v1/me",b);fetch(u.href);
