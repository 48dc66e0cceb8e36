namespace Sandbox.Seccomp;

/// <summary>Words of struct seccomp_data and what programs compute from them, each bit as a set of calls.</summary>
internal sealed class SymbolicWords(DecisionDiagram diagram)
{
    // arch first and nr second: everything else depends on them. Then argument by argument, most significant bit first.
    private static readonly int[] Order = MakeOrder();

    private readonly Dictionary<uint, int[]> words = [];

    /// <summary>The bits of the word at an offset, least significant first.</summary>
    public int[] Word(uint offset)
    {
        if (words.TryGetValue(offset, out var bits)) return bits;
        bits = new int[32];
        for (int bit = 0; bit < 32; bit++) bits[bit] = diagram.Variable(VariableOf(offset, bit));
        return words[offset] = bits;
    }

    /// <summary>An argument as 64 bits.</summary>
    public int[] Argument(int index, bool bigEndian, bool narrow) =>
        [.. Word(ClassicBpf.LowOffset(index, bigEndian)),
            .. narrow ? new int[32] : Word(ClassicBpf.HighOffset(index, bigEndian))]; // 0 is DecisionDiagram.Nothing

    /// <summary>A constant.</summary>
    public static int[] Constant(uint value)
    {
        var bits = new int[32];
        for (int bit = 0; bit < 32; bit++) bits[bit] = (value >> bit & 1) != 0 ? DecisionDiagram.Everything : DecisionDiagram.Nothing;
        return bits;
    }

    /// <summary>The value of bits that are all constant, or null.</summary>
    public static uint? ConstantOf(int[] bits)
    {
        uint value = 0;
        for (int bit = 0; bit < bits.Length; bit++)
        {
            if (bits[bit] > DecisionDiagram.Everything) return null;
            value |= (uint)bits[bit] << bit;
        }

        return value;
    }

    public int Equal(int[] bits, ulong value) => Equal(bits, Bits(value, bits.Length));

    public int Equal(int[] a, int[] b)
    {
        int result = DecisionDiagram.Everything;
        for (int bit = 0; bit < a.Length; bit++) result = diagram.And(diagram.Not(diagram.Xor(a[bit], b[bit])), result);
        return result;
    }

    public int GreaterOrEqual(int[] bits, ulong value) => GreaterOrEqual(bits, Bits(value, bits.Length));

    // From the least significant bit: a >= b if a's bit is greater, or equal and the rest is.
    public int GreaterOrEqual(int[] a, int[] b)
    {
        int result = DecisionDiagram.Everything;
        for (int bit = 0; bit < a.Length; bit++)
        {
            int greater = diagram.And(a[bit], diagram.Not(b[bit]));
            int equal = diagram.Not(diagram.Xor(a[bit], b[bit]));
            result = diagram.Or(greater, diagram.And(equal, result));
        }

        return result;
    }

    public int[] And(int[] a, int[] b) => Combine(a, b, diagram.And);

    public int[] Or(int[] a, int[] b) => Combine(a, b, diagram.Or);

    public int[] Xor(int[] a, int[] b) => Combine(a, b, diagram.Xor);

    public int AnyBit(int[] a) => diagram.Or(a);

    public int[] Add(int[] a, int[] b, bool carry = false)
    {
        var sum = new int[32];
        int over = carry ? DecisionDiagram.Everything : DecisionDiagram.Nothing;
        for (int bit = 0; bit < 32; bit++)
        {
            int half = diagram.Xor(a[bit], b[bit]);
            sum[bit] = diagram.Xor(half, over);
            over = diagram.Or(diagram.And(a[bit], b[bit]), diagram.And(half, over));
        }

        return sum;
    }

    public int[] Not(int[] a) => [.. a.Select(diagram.Not)];

    /// <summary>The call in which the given variables are true.</summary>
    public static SeccompCall Call(IEnumerable<int> variables)
    {
        var data = new uint[ClassicBpf.DataSize / 4];
        foreach (int variable in variables) data[Array.IndexOf(Order, variable / 32)] |= 1u << (31 - variable % 32);
        bool bigEndian = (data[1] & 0x4000_0000) == 0; // __AUDIT_ARCH_LE
        ulong Pair(int word) => bigEndian ? (ulong)data[word] << 32 | data[word + 1] : (ulong)data[word + 1] << 32 | data[word];
        return new(data[1], data[0], Enumerable.Range(0, 6).Select(index => Pair(4 + 2 * index)), Pair(2));
    }

    private static int VariableOf(uint offset, int bit) => Order[offset / 4] * 32 + 31 - bit;

    private static int[] MakeOrder()
    {
        int[] words = [1, 0, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14, 3, 2];
        var order = new int[words.Length];
        for (int position = 0; position < words.Length; position++) order[words[position]] = position;
        return order;
    }

    private static int[] Bits(ulong value, int count) => [.. Enumerable.Range(0, count).Select(bit => (int)(value >> bit & 1))];

    private static int[] Combine(int[] a, int[] b, Func<int, int, int> operation)
    {
        var result = new int[a.Length];
        for (int bit = 0; bit < a.Length; bit++) result[bit] = operation(a[bit], b[bit]);
        return result;
    }
}
