using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

/// <summary>
/// Decides whether two programs answer every call alike, by another way than the prover's: each path of the first, with the sets of words
/// that take it, is followed by each path of the second. For programs that load words, mask them, compare them with constants, and return.
/// </summary>
internal sealed class ProgramEquality(SeccompProgram first, SeccompProgram second)
{
    private const int Words = ClassicBpf.DataSize / 4;

    /// <summary>A call that tells them apart; null where none does.</summary>
    public SeccompCall? Witness() => Follow(first, 0, 0, 0, Enumerable.Repeat(BitPattern.All, Words).ToArray(), (one, words) =>
        Follow(second, 0, 0, 0, words, (two, narrower) => one == two ? null : Call(narrower)));

    private static SeccompCall? Follow(SeccompProgram program, int at, int word, uint mask, BitPattern[][] words, Func<SeccompDecision, BitPattern[][], SeccompCall?> end)
    {
        for (; ; at++)
        {
            var (code, jumpTrue, jumpFalse, k) = program.Instructions[at];
            switch (code)
            {
                case ClassicBpf.Return: return end(SeccompDecision.FromReturnValue(k), words);
                case ClassicBpf.LoadWord: (word, mask) = ((int)k / 4, uint.MaxValue); break;
                case ClassicBpf.And: mask &= k; break;
                case ClassicBpf.JumpAlways: at += (int)k; break;
                default:
                    var (holds, fails) = Split(code, k, mask);
                    return Branch(program, at + 1 + jumpTrue, word, mask, words, holds, end) ?? Branch(program, at + 1 + jumpFalse, word, mask, words, fails, end);
            }
        }
    }

    private static SeccompCall? Branch(SeccompProgram program, int at, int word, uint mask, BitPattern[][] words, BitPattern[] with, Func<SeccompDecision, BitPattern[][], SeccompCall?> end)
    {
        BitPattern[] left = [.. BitPattern.And(words[word], with)];
        if (left.Length == 0) return null;
        var narrower = (BitPattern[][])words.Clone();
        narrower[word] = left;
        return Follow(program, at, word, mask, narrower, end);
    }

    private static (BitPattern[] Holds, BitPattern[] Fails) Split(ushort code, uint k, uint mask) => code switch
    {
        ClassicBpf.JumpEqual => (BitPattern.Equal(k, mask), BitPattern.NotEqual(k, mask)),
        ClassicBpf.JumpSet => (BitPattern.AnyBit(k & mask), BitPattern.NoBit(k & mask)),
        ClassicBpf.JumpGreater when mask == uint.MaxValue => (BitPattern.Greater(k), [.. BitPattern.Less(k), .. BitPattern.Equal(k, mask)]),
        ClassicBpf.JumpGreaterOrEqual when mask == uint.MaxValue => ([.. BitPattern.Greater(k), .. BitPattern.Equal(k, mask)], BitPattern.Less(k)),
        ClassicBpf.JumpGreater or ClassicBpf.JumpGreaterOrEqual => OfMasked(code, k, mask),
        _ => throw new NotSupportedException($"0x{code:x}"),
    };

    // The masks of these programs have few bits: their values are gone through one by one.
    private static (BitPattern[] Holds, BitPattern[] Fails) OfMasked(ushort code, uint k, uint mask)
    {
        if (System.Numerics.BitOperations.PopCount(mask) > 12) throw new NotSupportedException($"mask 0x{mask:x}");
        var values = new List<uint> { 0 };
        for (var value = (0 - mask) & mask; value != 0; value = (value - mask) & mask) values.Add(value);
        bool Holds(uint value) => code == ClassicBpf.JumpGreater ? value > k : value >= k;
        return ([.. values.Where(Holds).Select(v => new BitPattern(v, mask))], [.. values.Where(v => !Holds(v)).Select(v => new BitPattern(v, mask))]);
    }

    private static SeccompCall Call(BitPattern[][] words)
    {
        uint Word(int at) => words[at][0].Value;
        ulong Long(int at) => Word(at) | (ulong)Word(at + 1) << 32;
        return new(Word(1), Word(0), Enumerable.Range(0, 6).Select(i => Long(4 + (2 * i))), Long(2));
    }
}
