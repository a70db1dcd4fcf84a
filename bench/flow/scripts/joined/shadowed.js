const h="shadowed.shop.test";function f(h){return fetch("https://"+h+"/x")}const g=h=>fetch("https://"+h+"/y");function k(){let h;h=q();fetch("https://"+h+"/z")}
