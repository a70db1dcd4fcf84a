const p="v1";fetch(String.raw`https://raw.shop.test/${p}/a`);
