using System.Collections.Frozen;
using System.Numerics;
using System.Text;

namespace Sandbox.Denials.Decoding;

/// <summary>Constants that an argument is made of: fields that hold one of several values each, and flags. What has no name stays a number.</summary>
/// <param name="fields">The parts with values.</param>
/// <param name="flags">The rest.</param>
/// <param name="flagsFirst">Whether the flags are written before the fields.</param>
internal sealed class ConstantSet(IReadOnlyList<ConstantSet.Field> fields, IReadOnlyList<(string Name, ulong Value)> flags, bool flagsFirst) : ValueFormat
{
    // Flags of several bits first: O_SYNC holds O_DSYNC.
    private readonly (string Name, ulong Value)[] _flags = [.. flags.Where(f => f.Value != 0).OrderByDescending(f => BitOperations.PopCount(f.Value))];

    // A flag without bits is the name of none, such as PROT_NONE.
    private readonly string _zero = flags.Where(f => f.Value == 0).Select(f => f.Name).FirstOrDefault() ?? "0";

    private readonly ulong _fieldMask = fields.Aggregate(0ul, (mask, field) => mask | field.Mask);

    /// <summary>A part of the value with its own names; without one, it is written by the format.</summary>
    internal sealed record Field(ulong Mask, FrozenDictionary<ulong, string> Names, ValueFormat? Format);

    public override string Format(ulong value)
    {
        var text = new StringBuilder();
        if (!flagsFirst) AppendFields(text, value);
        var rest = AppendFlags(text, value & ~_fieldMask);
        if (flagsFirst) AppendFields(text, value);
        if (rest != 0) Append(text, NumberFormat.Hex(rest));
        return text.Length == 0 ? _zero : text.ToString();
    }

    private ulong AppendFlags(StringBuilder text, ulong rest)
    {
        foreach (var (name, bits) in _flags)
        {
            if ((rest & bits) != bits) continue;
            Append(text, name);
            rest &= ~bits;
        }

        return rest;
    }

    private void AppendFields(StringBuilder text, ulong value)
    {
        foreach (var field in fields)
        {
            var part = value & field.Mask;
            if (field.Names.TryGetValue(part, out var name) || field.Names.TryGetValue(Negative(part), out name)) Append(text, name);
            else if (part != 0) Append(text, field.Format?.Format(part) ?? NumberFormat.Hex(part));
        }
    }

    // -1 as an int, whatever the upper half of the register holds: KEY_SPEC_THREAD_KEYRING, RUSAGE_CHILDREN.
    private static ulong Negative(ulong value) => value <= uint.MaxValue ? (ulong)(int)value : value;

    private static void Append(StringBuilder text, string part)
    {
        if (text.Length > 0) text.Append('|');
        text.Append(part);
    }
}
