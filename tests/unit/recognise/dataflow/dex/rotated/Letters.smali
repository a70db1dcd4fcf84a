# Turns each letter by 13 places.
.class public Lrotated/Letters;
.super Ljava/lang/Object;
.source "Krypt.java"


# direct methods
.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V

    return-void
.end method

.method static turn(Ljava/lang/String;)Ljava/lang/String;
    .locals 6

    new-instance v0, Ljava/lang/StringBuffer;

    invoke-direct {v0}, Ljava/lang/StringBuffer;-><init>()V

    const/4 v1, 0x0

    :goto_0
    invoke-virtual {p0}, Ljava/lang/String;->length()I

    move-result v2

    if-ge v1, v2, :cond_1

    invoke-virtual {p0, v1}, Ljava/lang/String;->charAt(I)C

    move-result v2

    int-to-byte v2, v2

    and-int/lit8 v3, v2, 0x20

    not-int v4, v3

    and-int/2addr v2, v4

    int-to-byte v2, v2

    const/16 v4, 0x41

    if-lt v2, v4, :cond_0

    const/16 v5, 0x5a

    if-gt v2, v5, :cond_0

    add-int/lit8 v2, v2, -0x41

    int-to-byte v2, v2

    add-int/lit8 v2, v2, 0xd

    int-to-byte v2, v2

    rem-int/lit8 v2, v2, 0x1a

    int-to-byte v2, v2

    add-int/2addr v2, v4

    int-to-byte v2, v2

    :cond_0
    or-int/2addr v2, v3

    int-to-byte v2, v2

    int-to-char v2, v2

    invoke-virtual {v0, v2}, Ljava/lang/StringBuffer;->append(C)Ljava/lang/StringBuffer;

    add-int/lit8 v1, v1, 0x1

    goto :goto_0

    :cond_1
    invoke-virtual {v0}, Ljava/lang/StringBuffer;->toString()Ljava/lang/String;

    move-result-object p0

    return-object p0
.end method
