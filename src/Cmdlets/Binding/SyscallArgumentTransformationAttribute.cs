using System.Collections;
using System.Globalization;
using System.Management.Automation;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Binds arguments of a system call: numbers (negative ones as the register holds them), or text such as <c>0x5412</c> and <c>AF_VSOCK</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SyscallArgumentTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is ulong[]) return value;
        return value is IEnumerable list and not string ? list.Cast<object?>().Select(One).ToArray() : new[] { One(value) };
    }

    private static ulong One(object? item)
    {
        object? value = item is PSObject wrapped ? wrapped.BaseObject : item;
        try
        {
            return value switch
            {
                string text => ArgumentConstants.Parse(text),
                sbyte or short or int or long => (ulong)Convert.ToInt64(value, CultureInfo.InvariantCulture),
                byte or ushort or uint or ulong => Convert.ToUInt64(value, CultureInfo.InvariantCulture),
                _ => throw new ArgumentTransformationMetadataException($"'{value}' is no argument of a system call: give whole numbers, or text such as 0x5412 and AF_VSOCK."),
            };
        }
        catch (SandboxException e)
        {
            throw new ArgumentTransformationMetadataException($"{e.Message} {e.Remedy}", e);
        }
    }
}
