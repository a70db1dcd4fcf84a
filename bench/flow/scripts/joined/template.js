const o="template.shop.test",t="v2";export const n=e=>q(`https://${o}:8443/${t}/users/${e}`);
