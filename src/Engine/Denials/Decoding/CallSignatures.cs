using Sandbox.Seccomp;

namespace Sandbox.Denials.Decoding;

/// <summary>The signatures of the calls of one architecture, by number.</summary>
internal sealed class CallSignatures
{
    private static readonly Lazy<IReadOnlyList<SignatureLine>> Lines = new(SignatureLine.ReadAll);

    private static readonly Lazy<CallSignatures>[] All =
        [.. Enum.GetValues<SeccompArchitecture>().Select(architecture => new Lazy<CallSignatures>(() => new(architecture)))];

    private const int Slots = 4096;

    private readonly CallSignature?[] _byNumber;
    private readonly Dictionary<string, CallSignature> _byName = new(StringComparer.Ordinal);

    private CallSignatures(SeccompArchitecture architecture)
    {
        var entries = SyscallTable.For(architecture).Entries.Where(e => Slot(e.Number) < Slots).ToArray();
        _byNumber = new CallSignature?[1 + entries.Max(e => Slot(e.Number))];
        var lines = Lines.Value.Where(l => l.AppliesTo(architecture)).ToLookup(l => l.Call, StringComparer.Ordinal);
        var builder = new SignatureBuilder(CallAbi.For(architecture), lines);
        foreach (var entry in entries)
        {
            if (builder.Build(entry) is { } signature) _byNumber[Slot(entry.Number)] = _byName[entry.Name] = signature;
        }
    }

    public static CallSignatures For(SeccompArchitecture architecture) => All[(int)architecture].Value;

    /// <summary>The names that it has a signature for.</summary>
    public IReadOnlyCollection<string> Names => _byName.Keys;

    public CallSignature? Find(uint number) => Slot(number) is var slot && slot < _byNumber.Length ? _byNumber[slot] : null;

    // Without the bit of x32. Arm's own calls, from 0xf0000, have nothing to show.
    private static int Slot(uint number) => (int)Math.Min(number & ~SeccompArchitectures.X32Bit, Slots);
}
