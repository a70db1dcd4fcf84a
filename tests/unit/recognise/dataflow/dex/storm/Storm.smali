# Forty decryptors that never end, each with calls that have constants, and initialisers that never end.
.class public Lshop/Storm;
.super Ljava/lang/Object;

.method public static d0(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x1
    goto :loop
.end method

.method public static d1(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x2
    goto :loop
.end method

.method public static d2(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x3
    goto :loop
.end method

.method public static d3(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x4
    goto :loop
.end method

.method public static d4(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x5
    goto :loop
.end method

.method public static d5(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x6
    goto :loop
.end method

.method public static d6(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x7
    goto :loop
.end method

.method public static d7(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x1
    goto :loop
.end method

.method public static d8(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x2
    goto :loop
.end method

.method public static d9(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x3
    goto :loop
.end method

.method public static d10(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x4
    goto :loop
.end method

.method public static d11(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x5
    goto :loop
.end method

.method public static d12(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x6
    goto :loop
.end method

.method public static d13(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x7
    goto :loop
.end method

.method public static d14(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x1
    goto :loop
.end method

.method public static d15(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x2
    goto :loop
.end method

.method public static d16(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x3
    goto :loop
.end method

.method public static d17(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x4
    goto :loop
.end method

.method public static d18(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x5
    goto :loop
.end method

.method public static d19(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x6
    goto :loop
.end method

.method public static d20(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x7
    goto :loop
.end method

.method public static d21(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x1
    goto :loop
.end method

.method public static d22(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x2
    goto :loop
.end method

.method public static d23(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x3
    goto :loop
.end method

.method public static d24(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x4
    goto :loop
.end method

.method public static d25(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x5
    goto :loop
.end method

.method public static d26(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x6
    goto :loop
.end method

.method public static d27(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x7
    goto :loop
.end method

.method public static d28(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x1
    goto :loop
.end method

.method public static d29(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x2
    goto :loop
.end method

.method public static d30(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x3
    goto :loop
.end method

.method public static d31(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x4
    goto :loop
.end method

.method public static d32(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x5
    goto :loop
.end method

.method public static d33(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x6
    goto :loop
.end method

.method public static d34(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x7
    goto :loop
.end method

.method public static d35(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x1
    goto :loop
.end method

.method public static d36(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x2
    goto :loop
.end method

.method public static d37(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x3
    goto :loop
.end method

.method public static d38(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x4
    goto :loop
.end method

.method public static d39(I)Ljava/lang/String;
    .registers 2
    :loop
    xor-int/lit8 p0, p0, 0x5
    goto :loop
.end method

.method public static calls()V
    .registers 2
    const/16 v0, 0x0
    invoke-static {v0}, Lshop/Storm;->d0(I)Ljava/lang/String;
    const/16 v0, 0x1
    invoke-static {v0}, Lshop/Storm;->d0(I)Ljava/lang/String;
    const/16 v0, 0x2
    invoke-static {v0}, Lshop/Storm;->d0(I)Ljava/lang/String;
    const/16 v0, 0x3
    invoke-static {v0}, Lshop/Storm;->d0(I)Ljava/lang/String;
    const/16 v0, 0x4
    invoke-static {v0}, Lshop/Storm;->d1(I)Ljava/lang/String;
    const/16 v0, 0x5
    invoke-static {v0}, Lshop/Storm;->d1(I)Ljava/lang/String;
    const/16 v0, 0x6
    invoke-static {v0}, Lshop/Storm;->d1(I)Ljava/lang/String;
    const/16 v0, 0x7
    invoke-static {v0}, Lshop/Storm;->d1(I)Ljava/lang/String;
    const/16 v0, 0x8
    invoke-static {v0}, Lshop/Storm;->d2(I)Ljava/lang/String;
    const/16 v0, 0x9
    invoke-static {v0}, Lshop/Storm;->d2(I)Ljava/lang/String;
    const/16 v0, 0xa
    invoke-static {v0}, Lshop/Storm;->d2(I)Ljava/lang/String;
    const/16 v0, 0xb
    invoke-static {v0}, Lshop/Storm;->d2(I)Ljava/lang/String;
    const/16 v0, 0xc
    invoke-static {v0}, Lshop/Storm;->d3(I)Ljava/lang/String;
    const/16 v0, 0xd
    invoke-static {v0}, Lshop/Storm;->d3(I)Ljava/lang/String;
    const/16 v0, 0xe
    invoke-static {v0}, Lshop/Storm;->d3(I)Ljava/lang/String;
    const/16 v0, 0xf
    invoke-static {v0}, Lshop/Storm;->d3(I)Ljava/lang/String;
    const/16 v0, 0x10
    invoke-static {v0}, Lshop/Storm;->d4(I)Ljava/lang/String;
    const/16 v0, 0x11
    invoke-static {v0}, Lshop/Storm;->d4(I)Ljava/lang/String;
    const/16 v0, 0x12
    invoke-static {v0}, Lshop/Storm;->d4(I)Ljava/lang/String;
    const/16 v0, 0x13
    invoke-static {v0}, Lshop/Storm;->d4(I)Ljava/lang/String;
    const/16 v0, 0x14
    invoke-static {v0}, Lshop/Storm;->d5(I)Ljava/lang/String;
    const/16 v0, 0x15
    invoke-static {v0}, Lshop/Storm;->d5(I)Ljava/lang/String;
    const/16 v0, 0x16
    invoke-static {v0}, Lshop/Storm;->d5(I)Ljava/lang/String;
    const/16 v0, 0x17
    invoke-static {v0}, Lshop/Storm;->d5(I)Ljava/lang/String;
    const/16 v0, 0x18
    invoke-static {v0}, Lshop/Storm;->d6(I)Ljava/lang/String;
    const/16 v0, 0x19
    invoke-static {v0}, Lshop/Storm;->d6(I)Ljava/lang/String;
    const/16 v0, 0x1a
    invoke-static {v0}, Lshop/Storm;->d6(I)Ljava/lang/String;
    const/16 v0, 0x1b
    invoke-static {v0}, Lshop/Storm;->d6(I)Ljava/lang/String;
    const/16 v0, 0x1c
    invoke-static {v0}, Lshop/Storm;->d7(I)Ljava/lang/String;
    const/16 v0, 0x1d
    invoke-static {v0}, Lshop/Storm;->d7(I)Ljava/lang/String;
    const/16 v0, 0x1e
    invoke-static {v0}, Lshop/Storm;->d7(I)Ljava/lang/String;
    const/16 v0, 0x1f
    invoke-static {v0}, Lshop/Storm;->d7(I)Ljava/lang/String;
    const/16 v0, 0x20
    invoke-static {v0}, Lshop/Storm;->d8(I)Ljava/lang/String;
    const/16 v0, 0x21
    invoke-static {v0}, Lshop/Storm;->d8(I)Ljava/lang/String;
    const/16 v0, 0x22
    invoke-static {v0}, Lshop/Storm;->d8(I)Ljava/lang/String;
    const/16 v0, 0x23
    invoke-static {v0}, Lshop/Storm;->d8(I)Ljava/lang/String;
    const/16 v0, 0x24
    invoke-static {v0}, Lshop/Storm;->d9(I)Ljava/lang/String;
    const/16 v0, 0x25
    invoke-static {v0}, Lshop/Storm;->d9(I)Ljava/lang/String;
    const/16 v0, 0x26
    invoke-static {v0}, Lshop/Storm;->d9(I)Ljava/lang/String;
    const/16 v0, 0x27
    invoke-static {v0}, Lshop/Storm;->d9(I)Ljava/lang/String;
    const/16 v0, 0x28
    invoke-static {v0}, Lshop/Storm;->d10(I)Ljava/lang/String;
    const/16 v0, 0x29
    invoke-static {v0}, Lshop/Storm;->d10(I)Ljava/lang/String;
    const/16 v0, 0x2a
    invoke-static {v0}, Lshop/Storm;->d10(I)Ljava/lang/String;
    const/16 v0, 0x2b
    invoke-static {v0}, Lshop/Storm;->d10(I)Ljava/lang/String;
    const/16 v0, 0x2c
    invoke-static {v0}, Lshop/Storm;->d11(I)Ljava/lang/String;
    const/16 v0, 0x2d
    invoke-static {v0}, Lshop/Storm;->d11(I)Ljava/lang/String;
    const/16 v0, 0x2e
    invoke-static {v0}, Lshop/Storm;->d11(I)Ljava/lang/String;
    const/16 v0, 0x2f
    invoke-static {v0}, Lshop/Storm;->d11(I)Ljava/lang/String;
    const/16 v0, 0x30
    invoke-static {v0}, Lshop/Storm;->d12(I)Ljava/lang/String;
    const/16 v0, 0x31
    invoke-static {v0}, Lshop/Storm;->d12(I)Ljava/lang/String;
    const/16 v0, 0x32
    invoke-static {v0}, Lshop/Storm;->d12(I)Ljava/lang/String;
    const/16 v0, 0x33
    invoke-static {v0}, Lshop/Storm;->d12(I)Ljava/lang/String;
    const/16 v0, 0x34
    invoke-static {v0}, Lshop/Storm;->d13(I)Ljava/lang/String;
    const/16 v0, 0x35
    invoke-static {v0}, Lshop/Storm;->d13(I)Ljava/lang/String;
    const/16 v0, 0x36
    invoke-static {v0}, Lshop/Storm;->d13(I)Ljava/lang/String;
    const/16 v0, 0x37
    invoke-static {v0}, Lshop/Storm;->d13(I)Ljava/lang/String;
    const/16 v0, 0x38
    invoke-static {v0}, Lshop/Storm;->d14(I)Ljava/lang/String;
    const/16 v0, 0x39
    invoke-static {v0}, Lshop/Storm;->d14(I)Ljava/lang/String;
    const/16 v0, 0x3a
    invoke-static {v0}, Lshop/Storm;->d14(I)Ljava/lang/String;
    const/16 v0, 0x3b
    invoke-static {v0}, Lshop/Storm;->d14(I)Ljava/lang/String;
    const/16 v0, 0x3c
    invoke-static {v0}, Lshop/Storm;->d15(I)Ljava/lang/String;
    const/16 v0, 0x3d
    invoke-static {v0}, Lshop/Storm;->d15(I)Ljava/lang/String;
    const/16 v0, 0x3e
    invoke-static {v0}, Lshop/Storm;->d15(I)Ljava/lang/String;
    const/16 v0, 0x3f
    invoke-static {v0}, Lshop/Storm;->d15(I)Ljava/lang/String;
    const/16 v0, 0x40
    invoke-static {v0}, Lshop/Storm;->d16(I)Ljava/lang/String;
    const/16 v0, 0x41
    invoke-static {v0}, Lshop/Storm;->d16(I)Ljava/lang/String;
    const/16 v0, 0x42
    invoke-static {v0}, Lshop/Storm;->d16(I)Ljava/lang/String;
    const/16 v0, 0x43
    invoke-static {v0}, Lshop/Storm;->d16(I)Ljava/lang/String;
    const/16 v0, 0x44
    invoke-static {v0}, Lshop/Storm;->d17(I)Ljava/lang/String;
    const/16 v0, 0x45
    invoke-static {v0}, Lshop/Storm;->d17(I)Ljava/lang/String;
    const/16 v0, 0x46
    invoke-static {v0}, Lshop/Storm;->d17(I)Ljava/lang/String;
    const/16 v0, 0x47
    invoke-static {v0}, Lshop/Storm;->d17(I)Ljava/lang/String;
    const/16 v0, 0x48
    invoke-static {v0}, Lshop/Storm;->d18(I)Ljava/lang/String;
    const/16 v0, 0x49
    invoke-static {v0}, Lshop/Storm;->d18(I)Ljava/lang/String;
    const/16 v0, 0x4a
    invoke-static {v0}, Lshop/Storm;->d18(I)Ljava/lang/String;
    const/16 v0, 0x4b
    invoke-static {v0}, Lshop/Storm;->d18(I)Ljava/lang/String;
    const/16 v0, 0x4c
    invoke-static {v0}, Lshop/Storm;->d19(I)Ljava/lang/String;
    const/16 v0, 0x4d
    invoke-static {v0}, Lshop/Storm;->d19(I)Ljava/lang/String;
    const/16 v0, 0x4e
    invoke-static {v0}, Lshop/Storm;->d19(I)Ljava/lang/String;
    const/16 v0, 0x4f
    invoke-static {v0}, Lshop/Storm;->d19(I)Ljava/lang/String;
    const/16 v0, 0x50
    invoke-static {v0}, Lshop/Storm;->d20(I)Ljava/lang/String;
    const/16 v0, 0x51
    invoke-static {v0}, Lshop/Storm;->d20(I)Ljava/lang/String;
    const/16 v0, 0x52
    invoke-static {v0}, Lshop/Storm;->d20(I)Ljava/lang/String;
    const/16 v0, 0x53
    invoke-static {v0}, Lshop/Storm;->d20(I)Ljava/lang/String;
    const/16 v0, 0x54
    invoke-static {v0}, Lshop/Storm;->d21(I)Ljava/lang/String;
    const/16 v0, 0x55
    invoke-static {v0}, Lshop/Storm;->d21(I)Ljava/lang/String;
    const/16 v0, 0x56
    invoke-static {v0}, Lshop/Storm;->d21(I)Ljava/lang/String;
    const/16 v0, 0x57
    invoke-static {v0}, Lshop/Storm;->d21(I)Ljava/lang/String;
    const/16 v0, 0x58
    invoke-static {v0}, Lshop/Storm;->d22(I)Ljava/lang/String;
    const/16 v0, 0x59
    invoke-static {v0}, Lshop/Storm;->d22(I)Ljava/lang/String;
    const/16 v0, 0x5a
    invoke-static {v0}, Lshop/Storm;->d22(I)Ljava/lang/String;
    const/16 v0, 0x5b
    invoke-static {v0}, Lshop/Storm;->d22(I)Ljava/lang/String;
    const/16 v0, 0x5c
    invoke-static {v0}, Lshop/Storm;->d23(I)Ljava/lang/String;
    const/16 v0, 0x5d
    invoke-static {v0}, Lshop/Storm;->d23(I)Ljava/lang/String;
    const/16 v0, 0x5e
    invoke-static {v0}, Lshop/Storm;->d23(I)Ljava/lang/String;
    const/16 v0, 0x5f
    invoke-static {v0}, Lshop/Storm;->d23(I)Ljava/lang/String;
    const/16 v0, 0x60
    invoke-static {v0}, Lshop/Storm;->d24(I)Ljava/lang/String;
    const/16 v0, 0x61
    invoke-static {v0}, Lshop/Storm;->d24(I)Ljava/lang/String;
    const/16 v0, 0x62
    invoke-static {v0}, Lshop/Storm;->d24(I)Ljava/lang/String;
    const/16 v0, 0x63
    invoke-static {v0}, Lshop/Storm;->d24(I)Ljava/lang/String;
    const/16 v0, 0x64
    invoke-static {v0}, Lshop/Storm;->d25(I)Ljava/lang/String;
    const/16 v0, 0x65
    invoke-static {v0}, Lshop/Storm;->d25(I)Ljava/lang/String;
    const/16 v0, 0x66
    invoke-static {v0}, Lshop/Storm;->d25(I)Ljava/lang/String;
    const/16 v0, 0x67
    invoke-static {v0}, Lshop/Storm;->d25(I)Ljava/lang/String;
    const/16 v0, 0x68
    invoke-static {v0}, Lshop/Storm;->d26(I)Ljava/lang/String;
    const/16 v0, 0x69
    invoke-static {v0}, Lshop/Storm;->d26(I)Ljava/lang/String;
    const/16 v0, 0x6a
    invoke-static {v0}, Lshop/Storm;->d26(I)Ljava/lang/String;
    const/16 v0, 0x6b
    invoke-static {v0}, Lshop/Storm;->d26(I)Ljava/lang/String;
    const/16 v0, 0x6c
    invoke-static {v0}, Lshop/Storm;->d27(I)Ljava/lang/String;
    const/16 v0, 0x6d
    invoke-static {v0}, Lshop/Storm;->d27(I)Ljava/lang/String;
    const/16 v0, 0x6e
    invoke-static {v0}, Lshop/Storm;->d27(I)Ljava/lang/String;
    const/16 v0, 0x6f
    invoke-static {v0}, Lshop/Storm;->d27(I)Ljava/lang/String;
    const/16 v0, 0x70
    invoke-static {v0}, Lshop/Storm;->d28(I)Ljava/lang/String;
    const/16 v0, 0x71
    invoke-static {v0}, Lshop/Storm;->d28(I)Ljava/lang/String;
    const/16 v0, 0x72
    invoke-static {v0}, Lshop/Storm;->d28(I)Ljava/lang/String;
    const/16 v0, 0x73
    invoke-static {v0}, Lshop/Storm;->d28(I)Ljava/lang/String;
    const/16 v0, 0x74
    invoke-static {v0}, Lshop/Storm;->d29(I)Ljava/lang/String;
    const/16 v0, 0x75
    invoke-static {v0}, Lshop/Storm;->d29(I)Ljava/lang/String;
    const/16 v0, 0x76
    invoke-static {v0}, Lshop/Storm;->d29(I)Ljava/lang/String;
    const/16 v0, 0x77
    invoke-static {v0}, Lshop/Storm;->d29(I)Ljava/lang/String;
    const/16 v0, 0x78
    invoke-static {v0}, Lshop/Storm;->d30(I)Ljava/lang/String;
    const/16 v0, 0x79
    invoke-static {v0}, Lshop/Storm;->d30(I)Ljava/lang/String;
    const/16 v0, 0x7a
    invoke-static {v0}, Lshop/Storm;->d30(I)Ljava/lang/String;
    const/16 v0, 0x7b
    invoke-static {v0}, Lshop/Storm;->d30(I)Ljava/lang/String;
    const/16 v0, 0x7c
    invoke-static {v0}, Lshop/Storm;->d31(I)Ljava/lang/String;
    const/16 v0, 0x7d
    invoke-static {v0}, Lshop/Storm;->d31(I)Ljava/lang/String;
    const/16 v0, 0x7e
    invoke-static {v0}, Lshop/Storm;->d31(I)Ljava/lang/String;
    const/16 v0, 0x7f
    invoke-static {v0}, Lshop/Storm;->d31(I)Ljava/lang/String;
    const/16 v0, 0x80
    invoke-static {v0}, Lshop/Storm;->d32(I)Ljava/lang/String;
    const/16 v0, 0x81
    invoke-static {v0}, Lshop/Storm;->d32(I)Ljava/lang/String;
    const/16 v0, 0x82
    invoke-static {v0}, Lshop/Storm;->d32(I)Ljava/lang/String;
    const/16 v0, 0x83
    invoke-static {v0}, Lshop/Storm;->d32(I)Ljava/lang/String;
    const/16 v0, 0x84
    invoke-static {v0}, Lshop/Storm;->d33(I)Ljava/lang/String;
    const/16 v0, 0x85
    invoke-static {v0}, Lshop/Storm;->d33(I)Ljava/lang/String;
    const/16 v0, 0x86
    invoke-static {v0}, Lshop/Storm;->d33(I)Ljava/lang/String;
    const/16 v0, 0x87
    invoke-static {v0}, Lshop/Storm;->d33(I)Ljava/lang/String;
    const/16 v0, 0x88
    invoke-static {v0}, Lshop/Storm;->d34(I)Ljava/lang/String;
    const/16 v0, 0x89
    invoke-static {v0}, Lshop/Storm;->d34(I)Ljava/lang/String;
    const/16 v0, 0x8a
    invoke-static {v0}, Lshop/Storm;->d34(I)Ljava/lang/String;
    const/16 v0, 0x8b
    invoke-static {v0}, Lshop/Storm;->d34(I)Ljava/lang/String;
    const/16 v0, 0x8c
    invoke-static {v0}, Lshop/Storm;->d35(I)Ljava/lang/String;
    const/16 v0, 0x8d
    invoke-static {v0}, Lshop/Storm;->d35(I)Ljava/lang/String;
    const/16 v0, 0x8e
    invoke-static {v0}, Lshop/Storm;->d35(I)Ljava/lang/String;
    const/16 v0, 0x8f
    invoke-static {v0}, Lshop/Storm;->d35(I)Ljava/lang/String;
    const/16 v0, 0x90
    invoke-static {v0}, Lshop/Storm;->d36(I)Ljava/lang/String;
    const/16 v0, 0x91
    invoke-static {v0}, Lshop/Storm;->d36(I)Ljava/lang/String;
    const/16 v0, 0x92
    invoke-static {v0}, Lshop/Storm;->d36(I)Ljava/lang/String;
    const/16 v0, 0x93
    invoke-static {v0}, Lshop/Storm;->d36(I)Ljava/lang/String;
    const/16 v0, 0x94
    invoke-static {v0}, Lshop/Storm;->d37(I)Ljava/lang/String;
    const/16 v0, 0x95
    invoke-static {v0}, Lshop/Storm;->d37(I)Ljava/lang/String;
    const/16 v0, 0x96
    invoke-static {v0}, Lshop/Storm;->d37(I)Ljava/lang/String;
    const/16 v0, 0x97
    invoke-static {v0}, Lshop/Storm;->d37(I)Ljava/lang/String;
    const/16 v0, 0x98
    invoke-static {v0}, Lshop/Storm;->d38(I)Ljava/lang/String;
    const/16 v0, 0x99
    invoke-static {v0}, Lshop/Storm;->d38(I)Ljava/lang/String;
    const/16 v0, 0x9a
    invoke-static {v0}, Lshop/Storm;->d38(I)Ljava/lang/String;
    const/16 v0, 0x9b
    invoke-static {v0}, Lshop/Storm;->d38(I)Ljava/lang/String;
    const/16 v0, 0x9c
    invoke-static {v0}, Lshop/Storm;->d39(I)Ljava/lang/String;
    const/16 v0, 0x9d
    invoke-static {v0}, Lshop/Storm;->d39(I)Ljava/lang/String;
    const/16 v0, 0x9e
    invoke-static {v0}, Lshop/Storm;->d39(I)Ljava/lang/String;
    const/16 v0, 0x9f
    invoke-static {v0}, Lshop/Storm;->d39(I)Ljava/lang/String;
    return-void
.end method
