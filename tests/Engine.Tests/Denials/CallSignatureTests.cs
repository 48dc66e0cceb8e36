using Sandbox.Denials.Decoding;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Denials;

public class CallSignatureTests
{
    public static TheoryData<SeccompArchitecture> Architectures => [.. Enum.GetValues<SeccompArchitecture>()];

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Every_line_can_be_read_on_every_architecture(SeccompArchitecture architecture) => Assert.InRange(CallSignatures.For(architecture).Names.Count, 200, 400);

    [Fact]
    public void Every_line_is_for_a_call_that_exists()
    {
        foreach (var line in SignatureLine.ReadAll()) Assert.True(SyscallTable.AllNames.Contains(line.Call), $"no architecture has {line.Call}");
        Assert.All(SignatureLine.ReadAll().SelectMany(l => l.Architectures), name => Assert.Contains(name, Enum.GetValues<SeccompArchitecture>().Select(SeccompArchitectures.Name)));
    }

    [Fact]
    public void No_line_is_there_twice() =>
        Assert.All(SignatureLine.ReadAll().GroupBy(l => (l.Call, string.Join(',', l.Architectures), l.Selector, l.Value)), same => Assert.Single(same));

    // The kernel's own count and pointers are in the tables of calls: what is read as memory there must be a pointer, and nothing else.
    [Theory]
    [MemberData(nameof(Architectures))]
    public void Memory_is_read_where_the_kernel_has_a_pointer(SeccompArchitecture architecture)
    {
        var signatures = CallSignatures.For(architecture);
        var wrong = new List<string>();
        foreach (var entry in SyscallTable.For(architecture).Entries)
        {
            if (signatures.Find(entry.Number) is not { } signature || entry.ParameterCount is not { } count || entry.PointerParameters is null) continue;
            // The mask takes two registers there (fs/notify/fanotify/fanotify_user.c, SYSCALL32_DEFINE6), which the table of calls doesn't tell.
            if (entry.Name == "fanotify_mark" && architecture is SeccompArchitecture.X86 or SeccompArchitecture.Arm) continue;
            foreach (var parameter in signature.Parameters)
            {
                if (parameter.Index >= count) wrong.Add($"{entry.Name}: {parameter.Name} is beyond the {count} parameters");
                else if (entry.IsPointer(parameter.Index) == parameter is ValueParameter or DescriptorParameter) wrong.Add($"{entry.Name}: {parameter.Name}");
            }
        }

        Assert.Empty(wrong);
    }

    // What a learned policy may compare: not the flags of open, of which there are too many, nor what holds for one command alone.
    [Theory]
    [InlineData("socket", "0, 1, 2")]
    [InlineData("setsockopt", "1, 2")]
    [InlineData("mmap", "2, 3")]
    [InlineData("fcntl", "1")]
    [InlineData("clone", "0")]
    [InlineData("openat", "")]
    public void Some_values_tell_uses_of_a_call_apart(string name, string indices) =>
        Assert.Equal(indices, string.Join(", ", CallSignatures.For(SeccompArchitecture.X86_64).Find(SyscallTable.For(SeccompArchitecture.X86_64).Find(name)!.Number)!.Parameters.Where(p => p.Selects).Select(p => p.Index)));
}
