namespace System
{
    public class Attribute { }

    public enum AttributeTargets { }

    public sealed class AttributeUsageAttribute : Attribute
    {
        public AttributeUsageAttribute(AttributeTargets validOn) { }

        public bool AllowMultiple { get; set; }

        public bool Inherited { get; set; }
    }
}

namespace System.Runtime
{
    /// <summary>Gives a method the symbol that the linker sees.</summary>
    internal sealed class RuntimeExportAttribute : Attribute
    {
        public RuntimeExportAttribute(string entry) { }
    }
}

namespace System.Runtime.InteropServices
{
    public sealed class DllImportAttribute : Attribute
    {
        public string EntryPoint;

        public DllImportAttribute(string library) { }
    }

    /// <summary>A plain call: there is no garbage collector to tell about it.</summary>
    public sealed class SuppressGCTransitionAttribute : Attribute { }
}
