using System.Globalization;
using System.Management.Automation;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Binds a pid namespace: its number, or the link text <c>pid:[4026531836]</c> of /proc/pid/ns/pid.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PidNamespaceTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var text = Convert.ToString(inputData is PSObject wrapped ? wrapped.BaseObject : inputData, CultureInfo.InvariantCulture) ?? "";
        var number = text.StartsWith("pid:[", StringComparison.Ordinal) && text.EndsWith(']') ? text[5..^1] : text;
        return ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0
            ? id
            : throw new ArgumentTransformationMetadataException($"'{text}' is no pid namespace: give its number, or the text of readlink /proc/<pid>/ns/pid.");
    }
}
