namespace Sandbox.Denials.Decoding;

/// <summary>The parameters of a call that are shown, and those of its variants that one argument tells apart, such as the option of prctl(2).</summary>
internal sealed class CallSignature(Parameter[] parameters)
{
    private Dictionary<ulong, CallSignature>? _variants;
    private int _selector;
    private ulong _selectorMask;

    public Parameter[] Parameters { get; } = parameters;

    /// <summary>Arguments behind a pointer, after those in registers; null where there are none.</summary>
    public IndirectArguments? Indirect { get; init; }

    /// <summary>Adds the signature for one value of an argument.</summary>
    public void AddVariant(int selector, ulong mask, ulong value, CallSignature variant)
    {
        _selector = selector;
        _selectorMask = mask;
        (_variants ??= [])[value & mask] = variant;
    }

    public IReadOnlyList<DecodedArgument> Decode(ref CallContext call)
    {
        if (_variants is not null && _variants.TryGetValue(call.Argument(_selector) & _selectorMask, out var variant)) return variant.Decode(ref call);
        var all = new DecodedArgument[Parameters.Length];
        var count = 0;
        foreach (var parameter in Parameters)
        {
            if (parameter.Needs is not { } needs || needs.Holds(call)) all[count++] = parameter.Decode(ref call);
        }

        if (count < all.Length) all = all[..count];
        return Indirect is null ? all : [.. all, .. Indirect.Decode(ref call)];
    }
}
