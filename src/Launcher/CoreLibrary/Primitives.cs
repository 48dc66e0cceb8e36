// The types that the C# compiler and ILC expect a core library to define. There is no runtime behind them: nothing is allocated,
// nothing is thrown, no method is virtual. The primitive types hold no fields here; the compilers know their layout.
namespace System;

/// <summary>The root of every class. Its one field is the method table pointer that ILC lays out.</summary>
public class Object
{
#pragma warning disable CS0169 // read by compiled code, not by C#
    private nint _methodTable;
#pragma warning restore CS0169
}

public struct Void { }
public struct Boolean { }
public struct Char { }
public struct SByte { }
public struct Byte { }
public struct Int16 { }
public struct UInt16 { }
public struct Int32 { }
public struct UInt32 { }
public struct Int64 { }
public struct UInt64 { }
public struct IntPtr { }
public struct UIntPtr { }
public struct Single { }
public struct Double { }

public abstract class ValueType { }

public abstract class Enum : ValueType { }

public struct Nullable<T>
    where T : struct { }

public sealed class String
{
    public readonly int Length;
}

public abstract class Array { }

public abstract class Delegate { }

public abstract class MulticastDelegate : Delegate { }

public struct RuntimeTypeHandle { }

public struct RuntimeFieldHandle { }
