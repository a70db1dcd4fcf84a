var c={api:{host:"member.shop.test",port:8443,tls:!0}};fetch((c.api.tls?"https":"http")+"://"+c.api.host+":"+c.api.port+"/v1/me");
