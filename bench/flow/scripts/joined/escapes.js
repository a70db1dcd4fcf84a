var h="\x65\u0073capes.shop.test";fetch("https:\/\/"+h+"/v1");
