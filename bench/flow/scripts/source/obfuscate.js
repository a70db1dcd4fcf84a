// npm install --ignore-scripts javascript-obfuscator@5.8.0 (BSD-2-Clause), then: node obfuscate.js
const J=require('javascript-obfuscator'),fs=require('fs');
const src=fs.readFileSync(__dirname+'/shop.js','utf8');
const kinds={
 plain:{stringArray:true,stringArrayThreshold:1,stringArrayEncoding:[],stringArrayRotate:false,stringArrayShuffle:false},
 rotated:{stringArray:true,stringArrayThreshold:1,stringArrayEncoding:[],stringArrayRotate:true,stringArrayShuffle:true},
 base64:{stringArray:true,stringArrayThreshold:1,stringArrayEncoding:['base64'],stringArrayRotate:true,stringArrayShuffle:true},
 rc4:{stringArray:true,stringArrayThreshold:1,stringArrayEncoding:['rc4'],stringArrayRotate:true,stringArrayShuffle:true},
 split:{stringArray:true,stringArrayThreshold:1,stringArrayEncoding:[],splitStrings:true,splitStringsChunkLength:6,stringArrayRotate:true},
 hexed:{stringArray:false,unicodeEscapeSequence:true},
 wrapped:{stringArray:true,stringArrayThreshold:1,stringArrayEncoding:[],stringArrayRotate:true,stringArrayShuffle:true,stringArrayWrappersCount:2,stringArrayWrappersType:'function',stringArrayWrappersParametersMaxCount:5,stringArrayWrappersChainedCalls:true},
 wrappedrc4:{stringArray:true,stringArrayThreshold:1,stringArrayEncoding:['rc4'],stringArrayRotate:true,stringArrayShuffle:true,stringArrayWrappersCount:3,stringArrayWrappersType:'function',stringArrayWrappersParametersMaxCount:4,stringArrayWrappersChainedCalls:true},
 transformed:{stringArray:true,stringArrayThreshold:1,stringArrayEncoding:['base64'],stringArrayRotate:true,stringArrayShuffle:true,stringArrayWrappersCount:1,stringArrayWrappersType:'variable',stringArrayCallsTransform:true,stringArrayCallsTransformThreshold:1},
 hexarray:{stringArray:true,stringArrayThreshold:1,unicodeEscapeSequence:true,stringArrayRotate:true,stringArrayEncoding:['base64']},
};
for(const [k,o] of Object.entries(kinds)){
 const out=J.obfuscate(src.replace(/KIND/g,k),Object.assign({seed:7,compact:true,simplify:true,stringArrayWrappersCount:0,stringArrayCallsTransform:false},o)).getObfuscatedCode();
 fs.writeFileSync(__dirname+'/../'+k+'.js',out); console.log(k,out.length);
}
