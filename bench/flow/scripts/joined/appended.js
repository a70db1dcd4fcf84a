let u="https://appended.shop.test";u+="/v1";u+="/me";fetch(u);
