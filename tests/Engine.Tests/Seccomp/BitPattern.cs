namespace Sandbox.Tests.Seccomp;

/// <summary>The 32-bit words whose bits under a mask are those of a value.</summary>
internal readonly record struct BitPattern(uint Value, uint Mask)
{
    public static readonly BitPattern[] All = [new(0, 0)];

    public static IEnumerable<BitPattern> And(IEnumerable<BitPattern> one, IReadOnlyCollection<BitPattern> two) =>
        one.SelectMany(_ => two, (a, b) => (a, b)).Where(p => ((p.a.Value ^ p.b.Value) & p.a.Mask & p.b.Mask) == 0).Select(p => new BitPattern(p.a.Value | p.b.Value, p.a.Mask | p.b.Mask));

    /// <summary>Words that are equal to one under a mask.</summary>
    public static BitPattern[] Equal(uint value, uint mask) => (value & ~mask) != 0 ? [] : [new(value, mask)];

    public static BitPattern[] NotEqual(uint value, uint mask) =>
        (value & ~mask) != 0 ? All : [.. Bits(mask).Select(bit => new BitPattern((value & mask & Above(bit)) | (~value & bit), mask & (Above(bit) | bit)))];

    public static BitPattern[] Greater(uint value) => [.. Bits(~value).Select(bit => new BitPattern((value & Above(bit)) | bit, Above(bit) | bit))];

    public static BitPattern[] Less(uint value) => [.. Bits(value).Select(bit => new BitPattern(value & Above(bit), Above(bit) | bit))];

    public static BitPattern[] AnyBit(uint mask) => [.. Bits(mask).Select(bit => new BitPattern(bit, mask & (Above(bit) | bit)))];

    public static BitPattern[] NoBit(uint mask) => [new(0, mask)];

    private static IEnumerable<uint> Bits(uint of)
    {
        for (var bit = 0x8000_0000; bit != 0; bit >>= 1)
        {
            if ((of & bit) != 0) yield return bit;
        }
    }

    private static uint Above(uint bit) => ~(bit | (bit - 1));
}
