const hosts={eu:"a.entries.shop.test",us:"b.entries.shop.test"};Object.entries(hosts).map(async([region,host])=>fetch(`https://${host}/${region}/v1`));
