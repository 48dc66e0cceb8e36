using Sandbox.Denials;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Denials;

/// <summary>Whatever a program passes and whatever its memory holds: no exception, and no more than so much text.</summary>
public class DecoderFuzzTests
{
    private const int LongestText = 4400, LongestPath = 8400, MostMemory = 20_000;

    public static TheoryData<SeccompArchitecture> Architectures => [.. Enum.GetValues<SeccompArchitecture>()];

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Any_arguments_of_any_call_are_decoded(SeccompArchitecture architecture)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        foreach (var entry in SyscallTable.For(architecture).Entries)
        {
            for (var round = 0; round < 60; round++)
            {
                var arguments = new ulong[round == 0 ? 0 : 6];
                for (var i = 0; i < arguments.Length; i++) arguments[i] = Value(random);
                var target = new HostileTarget(random);
                var decoded = ArgumentDecoder.Decode(architecture, entry, arguments, target);
                var where = $"seed {seed}, {architecture} {entry.Name}({string.Join(", ", arguments.Select(a => $"0x{a:x}"))})";
                Assert.True(decoded.Count <= 8, where);
                Assert.True(target.Asked <= MostMemory, $"{where} asked for {target.Asked} bytes");
                foreach (var argument in decoded)
                {
                    Assert.True(argument.Text.Length is > 0 and <= LongestText, $"{where}: {argument.Name} has {argument.Text.Length} characters");
                    Assert.True(argument.FullPath is null || argument.FullPath.Length <= LongestPath, where);
                    Assert.True(argument.Index is >= 0 and < 6 && argument.Name.Length > 0, where);
                    AssertSafe(argument.Text, where);
                    AssertSafe(argument.FullPath ?? "", where);
                }
            }
        }
    }

    // Nothing that a terminal acts on: controls, lone halves, turned text.
    private static void AssertSafe(string text, string where)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            Assert.False(System.Text.Rune.IsControl(rune) || rune.Value is >= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069 or 0x2028 or 0x2029 or 0x200F, $"{where}: U+{rune.Value:X4}");
        }
    }

    private static ulong Value(Random random) => random.Next(6) switch
    {
        0 => 0,
        1 => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
        2 => (ulong)random.Next(256),
        3 => ulong.MaxValue - (ulong)random.Next(300),
        4 => 1ul << random.Next(64),
        _ => 0x7fff_0000_0000 + (ulong)random.Next(100_000),
    };
}
