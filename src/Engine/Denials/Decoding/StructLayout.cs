namespace Sandbox.Denials.Decoding;

/// <summary>A struct of the kernel's headers: its fields in order, each at its natural place.</summary>
internal sealed class StructLayout
{
    private static readonly Lazy<Dictionary<string, string>> Lines =
        new(() => DataLines.Read("Denials.StructLayouts.txt").ToDictionary(l => l.Name, l => l.Content, StringComparer.Ordinal));

    private StructLayout(IReadOnlyList<Field> fields, int size)
    {
        Fields = fields;
        Size = size;
    }

    /// <summary>A field that is shown.</summary>
    internal sealed record Field(string Name, int Offset, int Size, ValueFormat Format);

    public IReadOnlyList<Field> Fields { get; }

    /// <summary>Up to the end of its last field here; the kernel's may go on.</summary>
    public int Size { get; }

    /// <summary>The layout on an architecture: "name:type=format" for each field, "_:type" for one that isn't shown.</summary>
    public static StructLayout Find(string name, CallAbi abi, ConstantSets sets)
    {
        var fields = new List<Field>();
        var offset = 0;
        foreach (var word in Lines.Value[name].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = word.Split(':', '=');
            var size = parts[1] switch { "u8" => 1, "u16" => 2, "u32" => 4, "u64" => 8, "long" => abi.PointerSize, var type => throw new InvalidOperationException($"There is no type '{type}'.") };
            offset = (offset + size - 1) / size * size;
            if (parts[0] != "_") fields.Add(new(parts[0], offset, size, sets.Find(parts[2])));
            offset += size;
        }

        return new(fields, fields[^1].Offset + fields[^1].Size);
    }
}
