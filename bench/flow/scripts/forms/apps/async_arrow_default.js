(()=>{var a=async({host:t="aad.shop.test",path:h,secure:s=!0}={})=>fetch(`${s?"https":"http"}://${t}/v1${h}`);a({path:"/x"});})();
