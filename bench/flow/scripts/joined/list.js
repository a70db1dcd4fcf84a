const p=["https:","","list.shop.test","v1","sync"].join("/");go(p);
