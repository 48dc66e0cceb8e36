using System.Text;
using Sandbox.Denials;

namespace Sandbox.Tests.Denials;

/// <summary>Records of the kernel log.</summary>
public sealed class KmsgRecordTests
{
    [Fact]
    public void AnAuditRecordIsTakenOutOfIt()
    {
        Assert.True(KmsgRecord.TryParse("5,1234,987654321,-,caller=T42;audit: type=1326 audit(1.234:5): pid=1 comm=\"a\\x5cb\"\n SUBSYSTEM=x\n"u8, out var record));
        Assert.Equal((1234UL, true), (record.Sequence, record.IsKernel));
        Assert.True(record.TryAudit(out var type, out var text));
        Assert.Equal((1326, "audit(1.234:5): pid=1 comm=\"a\\b\""), (type, Encoding.UTF8.GetString(text)));
    }

    // Whoever may write the log has another facility; and a text that only holds a record isn't one.
    [Theory]
    [InlineData("12,1,1,-;audit: type=1326 audit(1.234:5): pid=1")]
    [InlineData("8,1,1,-;audit: type=1326 audit(1.234:5): pid=1")]
    [InlineData("5,1,1,-;x audit: type=1326 audit(1.234:5): pid=1")]
    [InlineData("5,1,1,-;audit: type=x audit(1.234:5): pid=1")]
    public void NothingElseIsOne(string text)
    {
        Assert.True(KmsgRecord.TryParse(Encoding.UTF8.GetBytes(text), out var record));
        Assert.False(record.TryAudit(out _, out _));
    }

    [Theory]
    [InlineData("4,1,1,-;kauditd_printk_skb: 90 callbacks suppressed", 90L)]
    [InlineData("4,1,1,-;audit_printk_skb: 3 callbacks suppressed", 3L)]
    [InlineData("4,1,1,-;net_ratelimit: 5 callbacks suppressed", null)]
    [InlineData("12,1,1,-;kauditd_printk_skb: 90 callbacks suppressed", null)]
    public void TheLineAboutSuppressedRecordsTellsHowMany(string text, long? count)
    {
        Assert.True(KmsgRecord.TryParse(Encoding.UTF8.GetBytes(text), out var record));
        Assert.Equal(count, record.Suppressed());
    }

    [Theory]
    [InlineData("")]
    [InlineData(";")]
    [InlineData("5;x")]
    [InlineData("5,x,1,-;x")]
    [InlineData("5,1;x")]
    public void WhatIsNoRecordIsRefused(string text) => Assert.False(KmsgRecord.TryParse(Encoding.UTF8.GetBytes(text), out _));
}
