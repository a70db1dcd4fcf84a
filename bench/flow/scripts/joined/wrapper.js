function req(path,o){return fetch("https://wrapper.shop.test/api"+path,o)}export const a=()=>req("/first"),b=e=>req("/second/"+e);
