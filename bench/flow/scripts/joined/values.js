const hosts={eu:"a.values.shop.test",us:"b.values.shop.test"};Object.values(hosts).forEach(h=>fetch("https://"+h+"/v1"));
