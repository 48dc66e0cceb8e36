using Sandbox.Denials.Decoding;
using Sandbox.Seccomp;

namespace Sandbox.Violations.Probes;

/// <summary>What the probe reads of each call of this machine: what the decoder of arguments will ask for.</summary>
internal static class CallCaptures
{
    private static readonly Lazy<ulong[]> OfThisMachine = new(Make);

    /// <summary>By number; those of 32-bit calls follow the native ones.</summary>
    public static ReadOnlySpan<ulong> All => OfThisMachine.Value;

    private static ulong[] Make()
    {
        var slots = new ulong[ProbeMaps.CallSlots * 2];
        foreach (var architecture in SeccompArchitectures.OfThisMachine)
        {
            var first = architecture is SeccompArchitecture.X86 or SeccompArchitecture.Arm ? ProbeMaps.CallSlots : 0;
            foreach (var entry in SyscallTable.For(architecture).Entries)
            {
                var number = entry.Number & ~SeccompArchitectures.X32Bit;
                // x32 shares the numbers of x86-64 below 512.
                if (number < ProbeMaps.CallSlots && (architecture != SeccompArchitecture.X32 || number >= 512)) slots[first + (int)number] = Of(architecture, entry).Encode();
            }
        }

        return slots;
    }

    private static CallCapture Of(SeccompArchitecture architecture, SyscallEntry entry)
    {
        byte texts = 0, descriptors = 0;
        int? bytes = null, length = null, message = null;
        var (size, workingDirectory) = (0, false);
        foreach (var parameter in CallSignatures.For(architecture).Find(entry.Number)?.Parameters ?? [])
        {
            switch (parameter)
            {
                case PathParameter path:
                    texts |= (byte)(1 << path.Index);
                    if (path.Directory is { } directory) descriptors |= (byte)(1 << directory);
                    workingDirectory = true;
                    break;
                case TextParameter:
                    texts |= (byte)(1 << parameter.Index);
                    break;
                case DescriptorParameter:
                    descriptors |= (byte)(1 << parameter.Index);
                    break;
                case SocketAddressParameter address when bytes is null:
                    (bytes, length, size) = (parameter.Index, address.LengthIndex, CallCapture.MostBytes);
                    break;
                case StructParameter structure when bytes is null:
                    (bytes, length, size) = (parameter.Index, structure.LengthIndex, Math.Min(structure.Size, CallCapture.MostBytes));
                    break;
                case BytesParameter text when bytes is null:
                    (bytes, length, size) = (parameter.Index, text.Length, Math.Min(text.Most, CallCapture.MostBytes));
                    break;
                case MessageParameter:
                    message ??= parameter.Index;
                    break;
            }
        }

        var kind = CallKind.Of(entry.Name);
        return new(texts, descriptors, bytes, size, length, message, workingDirectory, kind.Category == SandboxViolationCategory.Network, kind.Category);
    }
}
