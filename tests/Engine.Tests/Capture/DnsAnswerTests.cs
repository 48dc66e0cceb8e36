using System.Diagnostics;
using CsCheck;
using Sandbox.Capture;

namespace Sandbox.Tests.Capture;

/// <summary>Answers of DNS, true ones and those that are made to do harm.</summary>
public sealed class DnsAnswerTests
{
    [Fact]
    public void Addresses_of_both_families() =>
        Assert.Equal("example.org: 192.0.2.1 2001:db8::1", Text(new DnsMessage("Example.ORG").Address("@12", "192.0.2.1").Address("example.org", "2001:db8::1").Bytes));

    [Fact]
    public void The_name_that_was_asked_for_has_the_addresses_behind_its_aliases_in_any_order()
    {
        var message = new DnsMessage("www.example.org").Address("c.net", "192.0.2.7").Alias("b.example.org", "c.net").Alias("@12", "b.example.org");
        Assert.Equal("www.example.org: 192.0.2.7", Text(message.Bytes));
    }

    [Fact]
    public void Other_names_addresses_do_not_count() =>
        Assert.Equal("a.org: 192.0.2.1", Text(new DnsMessage("a.org").Address("a.org", "192.0.2.1").Address("bank.org", "192.0.2.66").Alias("bank.org", "a.org").Bytes));

    [Fact]
    public void What_is_not_plain_is_escaped() =>
        Assert.Equal(@"a\032b\000\255.\092x: 192.0.2.1", Text(new DnsMessage("a b\0\u00FF.\\x").Address("@12", "192.0.2.1").Bytes));

    [Fact]
    public void No_answers()
    {
        Assert.Null(DnsAnswer.Parse(new DnsMessage("a.org").Bytes));
        Assert.Null(DnsAnswer.Parse(new DnsMessage("a.org", flags: 0x0100).Address("@12", "192.0.2.1").Bytes)); // a question
        Assert.Null(DnsAnswer.Parse(new DnsMessage("a.org", flags: 0x8183).Address("@12", "192.0.2.1").Bytes)); // there is no such name
        Assert.Null(DnsAnswer.Parse(new DnsMessage("a.org", questions: 0).Address("@12", "192.0.2.1").Bytes));
        Assert.Null(DnsAnswer.Parse(new DnsMessage("a.org").Answer("@12", 1, [1, 2, 3]).Answer("@12", 16, [3, 65, 66, 67]).Bytes));
        Assert.Null(DnsAnswer.Parse([]));
    }

    [Fact]
    public void Of_a_cut_answer_what_is_whole_counts()
    {
        var whole = new DnsMessage("a.org").Address("@12", "192.0.2.1").Address("@12", "192.0.2.2").Bytes;
        Assert.Equal("a.org: 192.0.2.1", Text(whole[..^1]));
        for (var length = 0; length < whole.Length; length++) DnsAnswer.Parse(whole.AsSpan(0, length));
    }

    [Theory]
    [InlineData("C00C")] // to itself
    [InlineData("C0FF")] // beyond
    [InlineData("0161C00C")] // a label, and back to it
    [InlineData("C00E C00C")] // forward, and back
    [InlineData("C010")] // forward, where a name could be read
    [InlineData("4161")] // another kind of label
    [InlineData("3F61")] // longer than the message
    public void Names_that_go_in_circles_or_nowhere(string name)
    {
        byte[] message = [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, .. Convert.FromHexString(name.Replace(" ", "", StringComparison.Ordinal)), 0, 1, 0, 1, 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 1, 2, 3, 4];
        Assert.Null(DnsAnswer.Parse(message));
    }

    [Fact]
    public void The_longest_name_is_read_and_one_longer_is_not()
    {
        var longest = string.Join('.', new string('a', 63), new string('b', 63), new string('c', 63), new string('d', 61));
        Assert.Equal(255, DnsMessage.Wire(longest).Length);
        Assert.Equal(longest + ": 192.0.2.1", Text(new DnsMessage(longest).Address("@12", "192.0.2.1").Bytes));
        Assert.Null(DnsAnswer.Parse(new DnsMessage(longest + "d").Address("@12", "192.0.2.1").Bytes));
    }

    [Fact]
    public void Messages_made_to_cost_time_cost_little()
    {
        var aliases = new DnsMessage("a0");
        for (var i = 4000; i > 0; i--) aliases.Alias($"a{i - 1}", $"a{i}");
        var pointers = new DnsMessage(string.Join('.', Enumerable.Repeat("x", 100)));
        for (var i = 0; i < 5000; i++) pointers.Address("@12", "192.0.2.1");
        var watch = Stopwatch.StartNew();
        DnsAnswer.Parse(aliases.Address("a4000", "192.0.2.1").Bytes);
        Assert.Single(DnsAnswer.Parse(pointers.Bytes)!.Addresses);
        Assert.True(watch.ElapsedMilliseconds < 2000);
    }

    [Fact]
    public void Changed_messages_never_fail()
    {
        var seed = new DnsMessage("www.example.org").Alias("@12", "b.example.org").Alias("b.example.org", "c.net").Address("c.net", "192.0.2.7").Address("c.net", "2001:db8::1").Bytes;
        var change = Gen.Select(Gen.Int[0, seed.Length - 1], Gen.OneOf(Gen.Byte, Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)0xC0), Gen.Const((byte)0xFF)))).Array[0, 8];
        Gen.Select(change, Gen.Int[0, seed.Length], Gen.Byte.Array[0, 40]).Sample(
            given =>
            {
                byte[] message = [.. seed[..given.Item2], .. given.Item3];
                foreach (var (at, value) in given.Item1.Where(c => c.Item1 < message.Length)) message[at] = value;
                if (DnsAnswer.Parse(message) is not { } answer) return;
                Assert.NotEmpty(answer.Addresses);
                Assert.InRange(answer.Name.Length, 1, 4 * 255);
                Assert.All(answer.Name, c => Assert.InRange(c, '!', '~'));
            },
            iter: 50_000);
    }

    private static string Text(byte[] message) => DnsAnswer.Parse(message) is { } answer
        ? $"{answer.Name}: {string.Join(' ', answer.Addresses.Select(a => PacketTuple.ToAddress(a.Address, a.Six)))}" : "none";
}
