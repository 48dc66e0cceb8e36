using System.Text;

namespace Sandbox.Tests.Denials;

public class HostileTextTests
{
    private const ulong At = 0x7000_0000_0000;

    [Theory]
    [InlineData("/a\nb", @"/a\nb")]
    [InlineData("/\x1b[2J\x1b]0;title\a", @"/\x1b[2J\x1b]0;title\x07")]
    [InlineData("/a\\nb", @"/a\\nb")]
    [InlineData("/\u202egpj.exe", @"/\u202egpj.exe")]
    [InlineData("/a\u200bb\u2066c\ufeff", @"/a\u200bb\u2066c\ufeff")]
    [InlineData("/\u0085\u009b", @"/\u0085\u009b")]
    [InlineData("/a\u2028b", @"/a\u2028b")]
    [InlineData("/\U000e0041", @"/\U000e0041")]
    [InlineData("/\x7f", @"/\x7f")]
    [InlineData("/a\u00a0b\u2003", @"/a\u00a0b\u2003")]
    [InlineData("/Grüße/日本/🙂", "/Grüße/日本/🙂")]
    public void What_could_steer_or_fool_a_reader_is_escaped(string path, string shown)
    {
        var argument = Decoded.Call("open", new FakeTarget().With(At, path), At)[0];
        Assert.Equal((shown, shown), (argument.Text, argument.FullPath));
        // The same from the kernel's links.
        Assert.Equal(shown + "/f", Decoded.Call("open", new FakeTarget { Cwd = path }.With(At, "f"), At)[0].FullPath);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_told_apart()
    {
        byte[] bytes = [(byte)'/', 0xff, 0xc3, (byte)'a', 0xed, 0xa0, 0x80, 0xc0, 0xaf, 0];
        var argument = Decoded.Call("open", new FakeTarget().With(At, bytes), At)[0];
        Assert.Equal(@"/\xff\xc3a\xed\xa0\x80\xc0\xaf", argument.Text);
        Assert.Equal(argument.Text, argument.FullPath);
    }

    [Fact]
    public void The_longest_path_is_whole_and_a_longer_one_is_cut()
    {
        var longest = "/" + new string('a', 4094);
        Assert.Equal(longest, Decoded.Call("open", new FakeTarget().With(At, longest), At)[0].FullPath);
        var target = new FakeTarget().With(At, Encoding.ASCII.GetBytes(new string('a', 100_000)));
        var argument = Decoded.Call("open", target, At)[0];
        Assert.Null(argument.FullPath);
        Assert.EndsWith("…", argument.Text, StringComparison.Ordinal);
        Assert.InRange(argument.Text.Length, 4096, 4200);
        Assert.InRange(target.BytesAsked, 4096, 4096);
    }

    [Fact]
    public void A_path_that_would_be_long_when_escaped_is_cut()
    {
        var argument = Decoded.Call("open", new FakeTarget().With(At, "/" + new string('\x01', 4000)), At)[0];
        Assert.InRange(argument.Text.Length, 4096, 4200);
        Assert.Null(argument.FullPath);
    }

    [Fact]
    public void Memory_that_cannot_be_read_says_so()
    {
        Assert.Equal("0x7ffd1234 (unreadable)", Decoded.Call("open", new FakeTarget(), 0x7ffd1234)[0].Text);
        Assert.Equal("NULL", Decoded.Call("open", new FakeTarget(), 0)[0].Text);
        var half = Decoded.Call("open", new FakeTarget().With(0x1ffd, "/ab"u8), 0x1ffd)[0];
        Assert.Equal(("/ab… (0x2000 (unreadable))", null), (half.Text, half.FullPath));
        Assert.Equal("0xffffffffffffffff (unreadable)", Decoded.Call("open", new FakeTarget(), ulong.MaxValue)[0].Text);
    }
}
