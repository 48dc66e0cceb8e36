using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Formats;

public sealed class SeccompFileTests : IDisposable
{
    private static readonly SeccompPolicy Policy = new("p", SeccompAction.Errno, [new(["read"], SeccompAction.Allow)]);

    private readonly string directory = Directory.CreateTempSubdirectory("seccomp-file-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void A_file_is_written_in_the_format_of_its_ending_and_read_back()
    {
        SeccompFile.Write(Policy, At("p.json"));
        Assert.Equal(Policy, Assert.Single(SeccompFile.Read(At("p.json"))));
        SeccompFile.Write(Policy, At("p.bpf"));
        var program = Assert.IsType<SeccompProgram>(Assert.Single(SeccompFile.Read(At("p.bpf"))));
        Assert.Equal(SeccompCompiler.Compile(Policy).ToBytes(), program.ToBytes());
        Assert.Empty(SeccompProver.Differences(Policy, program));
        SeccompFile.Write(Policy, At("p.txt"));
        Assert.Contains("return ALLOW", File.ReadAllText(At("p.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_there_stays_unless_it_may_be_replaced()
    {
        File.WriteAllText(At("p.json"), "mine");
        Assert.Equal("SeccompFile,EEXIST", Assert.Throws<SandboxException>(() => SeccompFile.Write(Policy, At("p.json"))).ErrorId);
        Assert.Equal("mine", File.ReadAllText(At("p.json")));
        SeccompFile.Write(Policy, At("p.json"), replace: true);
        Assert.Equal([At("p.json")], Directory.GetFiles(directory));
    }

    [Theory]
    [InlineData("SeccompFile,ENOENT", "absent.json", null)]
    [InlineData("SeccompFormat,UNKNOWN_ENDING", "p.xyz", "{}")]
    [InlineData("SeccompFormat,BAD_DISASSEMBLY", "p.txt", "x")]
    [InlineData("SeccompProgram,BAD_LENGTH", "p.bpf", "12345678abc")]
    [InlineData("SeccompProgram,INVALID", "p.bpf", "12345678")]
    [InlineData("SeccompFormat,BAD_JSON", "p.json", "{")]
    public void A_file_that_cannot_be_read_is_an_error(string id, string name, string? content)
    {
        if (content is not null) File.WriteAllText(At(name), content);
        Assert.Equal(id, Assert.Throws<SandboxException>(() => SeccompFile.Read(At(name))).ErrorId);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_an_error()
    {
        File.WriteAllBytes(At("p.json"), [0x7b, 0xff, 0xfe]);
        Assert.Equal("SeccompFile,BAD_TEXT", Assert.Throws<SandboxException>(() => SeccompFile.Read(At("p.json"))).ErrorId);
    }

    private string At(string name) => Path.Combine(directory, name);
}
