const u="https://SUB.replace.shop.test/v1".replace("SUB","api");fetch(u+"/x");
