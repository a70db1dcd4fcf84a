for(const h of ["a.loop.shop.test","b.loop.shop.test"])fetch("https://"+h+"/v1");
