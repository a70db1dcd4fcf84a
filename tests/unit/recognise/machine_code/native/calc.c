/* Loops over bytes as apps have them to hide texts. calc.tsv has what a processor makes of them. Compiled by build.sh. */
#include <stdint.h>
#include <stddef.h>
#define X __attribute__((visibility("default"),noinline))
typedef uint8_t u8; typedef uint32_t u32; typedef uint64_t u64;
X long c_xor(u8*b,long n){for(long i=0;i<n;i++)b[i]^=0x5a;return n;}
X long c_xormove(u8*b,long n){u8 k=0x37;for(long i=0;i<n;i++){b[i]^=k;k=(k*5+11)^i;}return k;}
X long c_xorkey(u8*b,long n){static const u8 key[]="s3cr3tKEY";for(long i=0;i<n;i++)b[i]^=key[i%9];return 1;}
X long c_add(u8*b,long n){for(long i=0;i<n;i++)b[i]=b[i]-i*3;return 1;}
X long c_rot(u8*b,long n){for(long i=0;i<n;i++)b[i]=(u8)((b[i]<<3)|(b[i]>>5));return 1;}
X long c_rc4(u8*b,long n){u8 s[256];const char*key="abcd";for(int i=0;i<256;i++)s[i]=i;u8 j=0;for(int i=0;i<256;i++){j+=s[i]+key[i&3];u8 t=s[i];s[i]=s[j];s[j]=t;}u8 x=0;j=0;for(long k=0;k<n;k++){x++;j+=s[x];u8 t=s[x];s[x]=s[j];s[j]=t;b[k]^=s[(u8)(s[x]+s[j])];}return j;}
X long c_b64(u8*b,long n){const char*t="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";u8 out[512];long o=0;u32 acc=0;int bits=0;for(long i=0;i<n&&o<500;i++){int v=-1;for(int k=0;k<64;k++)if(t[k]==b[i]){v=k;break;}if(v<0)continue;acc=acc<<6|v;bits+=6;if(bits>=8){bits-=8;out[o++]=acc>>bits;}}for(long i=0;i<o&&i<n;i++)b[i]=out[i];return o;}
X long c_switch(u8*b,long n){long r=0;for(long i=0;i<n;i++){switch(b[i]&15){case 0:r+=7;break;case 1:r^=0x55;break;case 2:r*=3;break;case 3:r-=i;break;case 4:r<<=1;break;case 5:r=~r;break;case 6:r+=b[i];break;case 7:r|=1;break;case 9:r>>=2;break;case 11:r/=3;break;case 12:r%=1001;break;default:r++;}b[i]=r;}return r;}
X long c_crc(u8*b,long n){u32 c=~0u;for(long i=0;i<n;i++){c^=b[i];for(int k=0;k<8;k++)c=c&1?(c>>1)^0xEDB88320:c>>1;}return ~c;}
X long c_rev(u8*b,long n){for(long i=0,j=n-1;i<j;i++,j--){u8 t=b[i];b[i]=b[j];b[j]=t;}return n;}
X long c_div(u8*b,long n){u64 h=1469598103934665603ull;int64_t s=-5;for(long i=0;i<n;i++){h=(h^b[i])*1099511628211ull;s=s*31+(int8_t)b[i];if(b[i]){h+=h/b[i];s-=s%b[i];}b[i]=h%251+s%7;}return h^s;}
X long c_sum16(u8*b,long n){long r=0;for(long i=0;i<n;i++)r+=b[i]*b[i]*(i&7);return r;}
X long c_cnt(u8*b,long n){long r=0;for(long i=0;i<n;i++)r+=b[i]=='a'||b[i]>0xc0;return r;}
X long c_min(u8*b,long n){u8 m=255,M=0;for(long i=0;i<n;i++){if(b[i]<m)m=b[i];if(b[i]>M)M=b[i];}return m*256+M;}
X long c_u16(u8*b,long n){unsigned short w[128];for(int i=0;i<128;i++)w[i]=b[i%n]+i*257;unsigned short s=0;for(int i=0;i<128;i++){s+=w[i]^(w[i]>>3);b[i%n]=w[i]>>4;}return s;}
X long c_hex(u8*b,long n){for(long i=0;i+1<n;i+=2){int h=b[i],l=b[i+1];h=h<='9'?h-'0':(h|32)-'a'+10;l=l<='9'?l-'0':(l|32)-'a'+10;b[i/2]=h<<4|l;}return 0;}
X long c_fmt(u8*b,long n){char t[24];long k=0;u64 v=b[0]*1000003ull+b[n-1]*77777777777ull;do{t[k++]='0'+v%10;v/=10;}while(v);long i=0;while(k&&i<n)b[i++]=t[--k];return i;}
X long c_stack(u8*b,long n){char s[40]="https://x.test/";char d[32];for(int i=0;i<16;i++){d[i]=s[i];}d[3]^=1;for(int i=0;i<16&&i<n;i++)b[i]=d[i];return 1;}
X long c_i32(u8*b,long n){int a[32];for(int i=0;i<32;i++)a[i]=(int8_t)b[i%n]*(i-16);int m=0;for(int i=0;i<32;i++)m=a[i]>m?a[i]:m;long r=0;for(int i=0;i<32;i++)r+=a[i]>>2;return r*1000+m;}
X long c_mul64(u8*b,long n){unsigned __int128 p=1;for(long i=0;i<n;i++){p=p*6364136223846793005ull+b[i];b[i]=p>>70;}return (long)(p>>64)^(long)p;}
X long c_sel(u8*b,long n){for(long i=0;i<n;i++){u8 c=b[i];if(c>='a'&&c<='z')c=(c-'a'+13)%26+'a';else if(c>='A'&&c<='Z')c=(c-'A'+13)%26+'A';b[i]=c;}return 0;}
X long c_rotl(u8*b,long n){u32 r=0x9e3779b9;u64 q=1;for(long i=0;i<n;i++){r=(r<<7|r>>25)+b[i];q=(q>>11|q<<53)^r;b[i]=q^__builtin_bswap32(r)^__builtin_clzll(q|1)^__builtin_popcountll(q);}return q;}
X long c_copy(u8*b,long n){u8 t[256];for(long i=0;i<n&&i<256;i++)t[i]=b[n-1-i];for(long i=0;i<n&&i<256;i++)b[i]=t[i]+1;return 0;}
X long c_nib(u8*b,long n){for(long i=0;i<n;i++)b[i]=(b[i]>>4|b[i]<<4)^(u8)(i*i);return 0;}
X long c_w32(u8*b,long n){u32 w[8]={1,2,3,4,5,6,7,8};for(long i=0;i<n;i++)w[i&7]=(w[i&7]^b[i])*2654435761u;u32 r=0;for(int i=0;i<8;i++){r^=w[i]>>(i+3)|w[i]<<(29-i);}return r;}
X long c_f(u8*b,long n){long r=0;for(long i=0;i<n;i++){r=r*3+(b[i]>100?b[i]-100:100-b[i]);}return r;}
