class Api{constructor(r){this.root=r||"https://class.shop.test";this.v="v3"}url(p){return`${this.root}/${this.v}${p}`}orders(){return fetch(this.url("/orders"))}}
